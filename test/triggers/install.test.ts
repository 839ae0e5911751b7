import { checkTriggers, installTriggers, removeTriggers, triggerSql } from '@deedlog/postgres';
import type { PostgresLike, TriggerTable } from '@deedlog/postgres';
import { expect, test } from 'vitest';
import { testDatabase } from '../support/database.ts';
import { effectsIn, told } from './replay.ts';
import { tableOf } from './tables.ts';

const CARD = tableOf('card', ['name', 'count']);

async function parted(client: PostgresLike): Promise<void> {
  await client.query('create table card (id int primary key, name text, count int) partition by range (id)');
  await client.query('create table card_1 partition of card for values from (0) to (100)');
}

async function functionOf(client: PostgresLike): Promise<string> {
  const { rows } = await client.query(`select format('deedlog.%I', proname) as name from pg_proc where proname like 'capture_public_card_%'`);
  return String(rows[0]?.['name']);
}

test('installing twice touches nothing the second time; removing leaves nothing but the effects', async () => {
  await using database = await testDatabase();
  const { client } = database;
  await parted(client);
  expect(await installTriggers(client, [CARD])).toEqual([{ schema: 'public', table: 'card' }]);
  expect(await installTriggers(client, [CARD])).toEqual([]);
  expect(await checkTriggers(client, [CARD])).toEqual([]);
  await client.query(`insert into card values (1, 'a', 1)`);
  await removeTriggers(client, [CARD]);
  await client.query(`insert into card values (2, 'a', 1)`);
  expect((await effectsIn(client, CARD)).map(told)).toEqual(['I 1 name:null>a count:null>1']);
  const { rows } = await client.query(`select tgname from pg_trigger where tgname like 'deedlog%' union all select proname from pg_proc where proname like 'capture\\_%'`);
  expect(rows).toEqual([]);
  await removeTriggers(client, [CARD, { schema: 'no', table: 'such' }]);
});

test('the SQL alone does the same, twice', async () => {
  await using database = await testDatabase();
  const { client } = database;
  await parted(client);
  const { install, remove, hash } = triggerSql(CARD);
  for (const statement of [...install, ...install]) await client.query(statement);
  expect(await checkTriggers(client, [CARD])).toEqual([]);
  expect(hash).not.toBe(triggerSql({ ...CARD, storage: 'old' }).hash);
  for (const statement of [...remove, ...remove]) await client.query(statement);
  expect((await checkTriggers(client, [CARD]))[0]?.kind).toBe('missing');
});

interface Drift {
  readonly title: string;
  readonly sql: (called: string) => string;
  readonly kinds: readonly string[];
  readonly what: string;
}

const DRIFTS: readonly Drift[] = [
  { title: 'a changed function', sql: (called) => `create or replace function ${called}() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as 'begin return null; end'`, kinds: ['changed'], what: 'function' },
  { title: 'a function with the rights of its caller', sql: (called) => `alter function ${called}() security invoker`, kinds: ['changed'], what: 'function' },
  { title: 'a function with another search_path', sql: (called) => `alter function ${called}() set search_path = public`, kinds: ['changed'], what: 'function' },
  { title: 'a disabled trigger', sql: () => 'alter table card_1 disable trigger deedlog_update', kinds: ['disabled'], what: 'deedlog_update on public.card_1' },
  { title: 'a trigger for replicas only', sql: () => 'alter table card enable replica trigger deedlog_insert', kinds: ['disabled'], what: 'deedlog_insert on public.card' },
  { title: 'a dropped trigger', sql: () => 'drop trigger deedlog_delete on card', kinds: ['missing'], what: 'deedlog_delete on public.card' },
  { title: 'a partition that came later', sql: () => 'create table card_2 partition of card for values from (100) to (200)', kinds: ['partition', 'partition', 'partition', 'partition'], what: 'public.card_2' },
  { title: 'a trigger that is another', sql: () => `create function other() returns trigger language plpgsql as 'begin return null; end'; create or replace trigger deedlog_truncate after truncate on card execute function other()`, kinds: ['changed'], what: 'deedlog_truncate on public.card' },
  { title: 'a trigger with a condition', sql: (called) => `create or replace trigger deedlog_truncate after truncate on card when (false) execute function ${called}('whole')`, kinds: ['changed'], what: 'deedlog_truncate on public.card' },
  { title: 'a lost name', sql: () => 'truncate deedlog.relation', kinds: ['missing'], what: 'deedlog.relation' },
];

for (const { title, sql, kinds, what } of DRIFTS) {
  test(`check finds ${title}, says what to run, and installing brings it back`, async () => {
    await using database = await testDatabase();
    const { client } = database;
    await parted(client);
    await installTriggers(client, [CARD]);
    for (const statement of sql(await functionOf(client)).split(/; (?=create or)/)) await client.query(statement);
    const drifts = await checkTriggers(client, [CARD]);
    expect(drifts.map(({ kind }) => kind)).toEqual(kinds);
    expect(drifts[0]?.what).toContain(what);
    expect(drifts[0]?.remedy).toContain('installTriggers');
    expect(await installTriggers(client, [CARD])).toHaveLength(1);
    expect(await checkTriggers(client, [CARD])).toEqual([]);
    await client.query(`insert into card_1 values (1, 'a', 1)`);
    expect((await effectsIn(client, CARD)).map(told)).toEqual(['I 1 name:null>a count:null>1']);
  });
}

test('a renamed column: writes fail rather than leave no effect, check names it, and the new name mends it', async () => {
  await using database = await testDatabase();
  const { client } = database;
  await parted(client);
  await installTriggers(client, [CARD]);
  await client.query('alter table card rename column name to title');
  await expect(client.query(`insert into card values (1, 'a', 1)`)).rejects.toThrow();
  expect(await checkTriggers(client, [CARD])).toMatchObject([{ kind: 'missing', what: 'column name of public.card does not exist' }]);
  await expect(installTriggers(client, [CARD])).rejects.toMatchObject({ code: 'POSTGRES_COLUMN_UNKNOWN' });
  const renamed: TriggerTable = { ...CARD, fields: CARD.fields.map((field) => ({ ...field, column: field.column === 'name' ? 'title' : field.column })) };
  await installTriggers(client, [renamed]);
  await client.query(`insert into card values (1, 'a', 1)`);
  expect((await effectsIn(client, CARD)).map(told)).toEqual(['I 1 name:null>a count:null>1']);
});

test('a changed column type, a table that is unknown, and one that is left over', async () => {
  await using database = await testDatabase();
  const { client } = database;
  await client.query('create table card (id int primary key, name text, count int)');
  await installTriggers(client, [CARD]);
  await client.query(`insert into card values (1, 'a', 1)`);
  await client.query('alter table card alter column count type bigint');
  await client.query('update card set count = 2');
  expect((await effectsIn(client, CARD)).map(told)).toEqual(['I 1 name:null>a count:null>1', 'U 1 count:1>2']);
  await expect(installTriggers(client, [tableOf('nobody', ['x'])])).rejects.toMatchObject({ code: 'POSTGRES_COLUMN_UNKNOWN' });
  expect(await checkTriggers(client, [])).toMatchObject([{ kind: 'left-over', schema: 'public', table: 'card', remedy: expect.stringContaining('removeTriggers') }]);
});

test('what a change of the description changes is installed anew', async () => {
  await using database = await testDatabase();
  const { client } = database;
  await client.query('create table card (id int primary key, name text, count int)');
  await installTriggers(client, [CARD]);
  const narrower = tableOf('card', ['name']);
  expect((await checkTriggers(client, [narrower])).map(({ kind }) => kind)).toEqual(Array.from({ length: 5 }, () => 'changed'));
  await installTriggers(client, [narrower]);
  await client.query(`insert into card values (1, 'a', 1)`);
  expect((await effectsIn(client, CARD)).map(told)).toEqual(['I 1 name:null>a']);
});
