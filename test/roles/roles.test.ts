import { createActivity, createId, systemActor } from '@deedlog/core';
import { effectsOf, insertActivities, reconcile } from '@deedlog/postgres';
import type { PostgresLike } from '@deedlog/postgres';
import { expect, test as anyTest } from 'vitest';
import { databaseKind } from '../support/database.ts';
import { guarded, INVOICE } from './application.ts';

/** Roles that log in are what a server has and PGlite has not. */
const test = anyTest.runIf(databaseKind === 'postgres');

const DENIED = /permission denied|must be owner|must be superuser|must be able to SET ROLE|cannot set parameter|no schema has been selected/;

/** What an attacker may try with one statement, and must be refused. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  read: [
    'select * from deedlog.activity',
    'select * from deedlog.effect',
    'select count(*) from deedlog.effect',
    'select * from deedlog.effect_default',
    'select * from deedlog.hash_key',
    'select * from deedlog.capture',
    `select exists (select from deedlog.effect where pk = '1')`,
    'copy deedlog.activity to stdout',
  ],
  alter: [
    `update deedlog.activity set actor_id = 'x'`,
    'delete from deedlog.activity',
    'delete from deedlog.effect_default',
    'truncate deedlog.effect',
    'drop table deedlog.effect cascade',
    'alter table deedlog.effect drop column activity_id',
    'drop schema deedlog cascade',
    'alter table deedlog.activity_default rename to other',
    'create table deedlog.mine (id int)',
    `insert into deedlog.capture values ('public.invoice', '', '', now(), '1', 1)`,
    `delete from deedlog.capture`,
    `insert into deedlog.migration values ('x', 'x')`,
  ],
  forge: [
    `insert into deedlog.effect (tbl, op, pk, changes) values (1, 'U', '1', '{}')`,
    `insert into deedlog.effect_default (id, tbl, op, pk, changes) overriding system value values (1, 1, 'U', '1', '{}')`,
    `insert into deedlog.relation (name) values ('public.invoice')`,
    `select deedlog.keyed_hash('DE1', '', '')`,
    'create trigger mine after insert on deedlog.effect for each row execute function suppress_redundant_updates_trigger()',
  ],
  mute: [
    'set session_replication_role = replica',
    `select set_config('session_replication_role', 'replica', true)`,
    'alter table invoice disable trigger all',
    'alter table invoice disable trigger deedlog_update',
    'drop trigger deedlog_update on invoice',
    'alter table invoice rename to elsewhere',
    'create rule mine as on insert to deedlog.effect do instead nothing',
    'lock table deedlog.effect in access exclusive mode',
    'truncate invoice',
  ],
};

for (const [intent, statements] of Object.entries(REFUSED)) {
  test(`the application cannot ${intent}: every statement is refused`, async () => {
    await using database = await guarded();
    for (const sql of statements) {
      await expect(database.as(database.application, ['begin', sql]), sql).rejects.toThrow(DENIED);
    }
  });
}

test('the application cannot become the owner, nor change a function of deedlog', async () => {
  await using database = await guarded();
  const { rows } = await database.admin.query(`select oid::regprocedure::text as name from pg_proc where pronamespace = 'deedlog'::regnamespace`);
  expect(rows.length).toBeGreaterThan(3);
  for (const { name } of rows) {
    await expect(database.as(database.application, [`alter function ${String(name)} owner to session_user`])).rejects.toThrow(DENIED);
    await expect(database.as(database.application, [`drop function ${String(name)} cascade`])).rejects.toThrow(DENIED);
  }
  await expect(database.as(database.application, [`set role ${database.owner}`])).rejects.toThrow(DENIED);
  const owners = await database.admin.query(`select distinct pg_get_userbyid(proowner) as owner from pg_proc where pronamespace = 'deedlog'::regnamespace
    union select pg_get_userbyid(relowner) from pg_class where relnamespace = 'deedlog'::regnamespace union select pg_get_userbyid(nspowner) from pg_namespace where nspname = 'deedlog'`);
  expect(owners.rows).toEqual([{ owner: database.owner }]);
  const login = await database.admin.query('select rolcanlogin as login from pg_roles where rolname = $1', [database.owner]);
  expect(login.rows).toEqual([{ login: false }]);
});

test('triggers do not see what the application puts in their way', async () => {
  await using database = await guarded();
  const traps = [
    'create schema trap',
    `create function trap.current_setting(text, boolean) returns text language sql as $$ select '${createId()}' $$`,
    `create function trap.to_json(text) returns json language sql as $$ select '1'::json $$`,
    `create function trap.concat_ws(text, variadic text[]) returns text language sql as $$ select '' $$`,
    `create function trap.coalesced(text) returns text language sql as $$ select 'x' $$`,
    'create operator trap.|| (leftarg = text, rightarg = text, function = textcat)',
    'create table trap.effect (like invoice)',
    'create temporary table effect (id int)',
    'create temporary table relation (id int, name text)',
    'create temporary table old_rows (id int)',
    'create temporary table new_rows (id int)',
    'create temporary table pg_class (oid int)',
    'set search_path = pg_temp, trap, pg_catalog',
    `set deedlog.activity = 'not a uuid'`,
    `set datestyle = 'SQL, DMY'`,
    'set standard_conforming_strings = off',
    'set client_min_messages = error',
    'set row_security = off',
    `insert into public.invoice values (1, 5, 'DE1')`,
    'update public.invoice set amount = 6',
    'update public.invoice set id = 2',
    'delete from public.invoice',
  ];
  await database.as(database.application, traps);
  const { rows } = await database.admin.query(`select op::text as op, pk, changes->'amount' as amount, activity_id, database_user from deedlog.effect order by id`);
  const seen = { activity_id: null, database_user: database.application };
  expect(rows).toEqual([
    { op: 'I', pk: '1', amount: [null, 5], ...seen },
    { op: 'U', pk: '1', amount: [5, 6], ...seen },
    { op: 'U', pk: '2', amount: null, ...seen },
    { op: 'D', pk: '2', amount: [6, null], ...seen },
  ]);
});

test('the application can do its work: acts with their effects, and a question about its own transaction', async () => {
  await using database = await guarded();
  const activity = createActivity({ action: 'invoice.create', actor: systemActor('app') });
  const insert = await sqlOf((client) => insertActivities(client, [activity]));
  const results = await database.as(database.application, [
    'begin',
    `select set_config('deedlog.activity', '${activity.id}', true)`,
    `insert into invoice values (1, 5, 'DE1')`,
    `select * from deedlog.triggered_rows('${activity.id}')`,
    insert,
    'commit',
  ]);
  expect(results[3]).toEqual([{ table: 'public.invoice', op: 'I', key: '1', alone: true }]);
  expect(await effectsOf(database.admin, [activity.id])).toHaveLength(1);
  expect((await reconcile(database.admin, { tables: [INVOICE] })).findings).toEqual([]);
});

test('a reader may read the log, and not the key of hashes', async () => {
  await using database = await guarded();
  const [[count]] = (await database.as(database.auditor, ['select count(*)::int as n from deedlog.effect'])) as [[object]];
  expect(count).toEqual({ n: 0 });
  await expect(database.as(database.auditor, ['select * from deedlog.hash_key'])).rejects.toThrow(DENIED);
  await expect(database.as(database.auditor, [`delete from deedlog.effect`])).rejects.toThrow(DENIED);
});

test('with writesEffects the application can write the effects that MikroORM captures, and still read nothing', async () => {
  await using database = await guarded({ writesEffects: true });
  await database.as(database.application, [`insert into deedlog.effect (tbl, op, pk, changes) values (1, 'U', '1', '{}')`]);
  await expect(database.as(database.application, ['select pk from deedlog.effect'])).rejects.toThrow(DENIED);
});

/** The statement that a function of deedlog sends, with its parameters written out. */
async function sqlOf(send: (client: PostgresLike) => Promise<unknown>): Promise<string> {
  let text = '';
  await send({
    query: async (sql, params = []) => {
      text = sql.replaceAll(/\$(\d+)/g, (_, place: string) => literalOf(params[Number(place) - 1]));
      return { rows: [] };
    },
  });
  return text;
}

function literalOf(value: unknown): string {
  return value === null || value === undefined ? 'null' : `'${String(value instanceof Date ? value.toISOString() : value).replaceAll("'", "''")}'`;
}

