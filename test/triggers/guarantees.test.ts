import { createId } from '@deedlog/core';
import { installTriggers } from '@deedlog/postgres';
import type { PostgresLike } from '@deedlog/postgres';
import pg from 'pg';
import { expect, test } from 'vitest';
import { databaseKind, testDatabase } from '../support/database.ts';
import { effectsIn, told } from './replay.ts';
import { tableOf } from './tables.ts';

const CARD = tableOf('card', ['name']);

async function cards(client: PostgresLike, more: Parameters<typeof tableOf>[2] = {}): Promise<void> {
  await client.query('create table card (id int primary key, name text)');
  await installTriggers(client, [{ ...CARD, ...more }]);
}

/** One statement, so that it is a transaction on any client. */
function within(activity: string, ...statements: readonly string[]): string {
  return `do $do$ begin perform set_config('deedlog.activity', '${activity}', true); ${statements.join('; ')}; end $do$`;
}

const WRITES = [`insert into card values (1, 'a'), (2, 'b')`, `update card set name = name || '!'`, 'delete from card where id = 1', 'truncate card'];

test('no mutation of an audited table without an effect: what has no activity says so, with its database user and transaction', async () => {
  await using database = await testDatabase();
  const { client } = database;
  await cards(client);
  for (const write of WRITES) await client.query(write);
  expect((await effectsIn(client, CARD)).map((effect) => [told(effect), effect.activity])).toEqual(
    ['I 1 name:null>a', 'I 2 name:null>b', 'U 1 name:a>a!', 'U 2 name:b>b!', 'D 1 name:a!>null', 'T'].map((line) => [line, null]),
  );
  const { rows } = await client.query('select count(*)::int as n, count(distinct xact)::int as transactions, bool_and(database_user = session_user) as named from deedlog.effect');
  expect(rows).toEqual([{ n: 6, transactions: 4, named: true }]);
});

test('no effect inside an activity without its id, and none outside with it', async () => {
  await using database = await testDatabase();
  const { client } = database;
  await cards(client);
  const [one, other] = [createId(), createId()];
  await client.query(within(one, ...WRITES));
  await client.query(WRITES[0] ?? '');
  await client.query(within(other, ...WRITES.slice(1)));
  expect((await effectsIn(client, CARD)).map(({ activity }) => activity)).toEqual([...Array.from({ length: 6 }, () => one), null, null, ...Array.from({ length: 4 }, () => other)]);
});

test('what is no activity counts as none, and never fails a write', async () => {
  await using database = await testDatabase();
  const { client } = database;
  await cards(client);
  for (const [index, text] of ['', 'x', '0195f1c0', `0195f1c0-0000-7000-8000-00000000000g`, '{0195f1c0-0000-7000-8000-000000000000}', `00000000-0000-0000-0000-000000000000\n`].entries()) {
    await client.query(within(text, `insert into card values (${index}, 'x')`));
  }
  expect((await effectsIn(client, CARD)).map(({ activity }) => activity)).toEqual(Array.from({ length: 6 }, () => null));
});

test('where context is required, every write without an activity is refused, and nothing else', async () => {
  await using database = await testDatabase();
  const { client } = database;
  await cards(client, { context: 'required' });
  const activity = createId();
  await client.query(within(activity, `insert into card values (1, 'a')`));
  for (const write of [`insert into card values (2, 'b')`, `update card set name = 'x'`, 'delete from card', 'truncate card', within('x', 'delete from card')]) {
    await expect(client.query(write)).rejects.toMatchObject({ code: 'DL001', message: expect.stringContaining('POSTGRES_ACTIVITY_REQUIRED'), hint: expect.stringContaining('withActivity') });
  }
  await client.query('delete from card where id = 99');
  expect((await client.query('select * from card')).rows).toEqual([{ id: 1, name: 'a' }]);
  expect(await effectsIn(client, CARD)).toHaveLength(1);
});

test('a rolled back write leaves no effect, a rolled back savepoint takes its own along', async () => {
  await using database = await testDatabase();
  const { client } = database;
  await cards(client);
  await client.query(`do $$ begin insert into card values (1, 'a');
    begin update card set name = 'b'; raise exception 'no'; exception when others then null; end;
    update card set name = 'c'; end $$`);
  await expect(client.query(`insert into card values (2, 'x'), (2, 'y')`)).rejects.toThrow();
  expect((await effectsIn(client, CARD)).map(told)).toEqual(['I 1 name:null>a', 'U 1 name:a>c']);
});

test('the writer needs no right on the log, and cannot redirect the trigger by objects of its own', async () => {
  await using database = await testDatabase();
  const { client } = database;
  await cards(client);
  const role = `writer_${createId().slice(-12)}`;
  await client.query(`create role ${role}`);
  try {
    await client.query(`grant usage on schema public to ${role}`);
    await client.query(`grant insert, update on card to ${role}`);
    await client.query(`do $do$ begin
      set local role ${role};
      create temp table effect (tbl int); create temp table new_rows (id int, name text); create temp table relation (id int, name text);
      set local search_path = pg_temp, public;
      insert into public.card values (1, 'a');
      begin insert into deedlog.effect (tbl, op, pk, changes) values (1, 'I', 'forged', '{}'); raise 'forged'; exception when insufficient_privilege then null; end;
      reset role; end $do$`);
    expect((await effectsIn(client, CARD)).map(told)).toEqual(['I 1 name:null>a']);
  } finally {
    await client.query(`drop owned by ${role}`);
    await client.query(`drop role ${role}`);
  }
});

test('a statement for one row, then one for 20,000 on the same connection: no plan for one row is kept', { timeout: 60_000 }, async () => {
  await using database = await testDatabase();
  const { client } = database;
  await cards(client);
  await client.query(`insert into card select n, 'x' from generate_series(1, 20000) n`);
  for (let id = 1; id <= 12; id++) await client.query(`update card set name = 'one' where id = ${id}`);
  const start = performance.now();
  await client.query(`update card set name = name || '!'`);
  // A nested loop over the two tables compares 400,000,000 pairs: minutes. A hash or a merge takes a second.
  expect(performance.now() - start).toBeLessThan(20_000);
  expect((await client.query(`select count(*)::int as n from deedlog.effect where op = 'U'`)).rows).toEqual([{ n: 20_012 }]);
});

test.runIf(databaseKind === 'postgres')('COPY leaves effects (over a real connection: PGlite has no COPY from a client)', async () => {
  await using database = await testDatabase();
  if ('pglite' in database.connection) return;
  const client = new pg.Client({ connectionString: database.connection.clientUrl });
  await client.connect();
  await cards(client);
  await client.query(`copy card from program 'printf "1\\ta\\n2\\tb\\n"'`);
  await client.end();
  expect((await effectsIn(database.client, CARD)).map(told)).toEqual(['I 1 name:null>a', 'I 2 name:null>b']);
});
