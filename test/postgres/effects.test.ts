import { createId } from '@deedlog/core';
import type { Effect } from '@deedlog/core';
import { effectsOf, insertRecords } from '@deedlog/postgres';
import type { PostgresLike } from '@deedlog/postgres';
import pg from 'pg';
import { expect, test } from 'vitest';
import { sampleActivity } from '../contract/sample-activity.ts';
import { databaseKind, testDatabase } from '../support/database.ts';

const activityId = createId();

function effect(facts: Partial<Effect> = {}): Effect {
  return { table: 'public.patient', op: 'U', key: '7', changes: { name: ['Ada', 'Grace'] }, activityId, ...facts };
}

test('activities and effects go in by one statement, and the effects come back in order', async () => {
  await using database = await testDatabase();
  const statements: string[] = [];
  const counting: PostgresLike = {
    query: (sql, params) => {
      statements.push(sql);
      return database.client.query(sql, params);
    },
  };
  const effects = [effect({ op: 'I', key: 'b' }), effect({ table: 'public.ward' }), effect({ op: 'D', changes: { a: [{ deep: ['x', null] }, null] } })];
  expect(await insertRecords(counting, { activities: [sampleActivity({ id: activityId })], effects })).toEqual({ activities: 1, effects: 3 });
  expect(statements).toHaveLength(1);
  const stored = await effectsOf(database.client, [activityId]);
  expect(stored.map(({ id: _id, at: _at, ...rest }) => rest)).toEqual(effects);
  expect(stored.every(({ at }) => Math.abs(at.getTime() - Date.now()) < 600_000)).toBe(true);
  expect(await effectsOf(database.client, [createId()])).toEqual([]);
});

test('a table is registered once, also when its first effects come together', async () => {
  await using database = await testDatabase();
  const { client } = database;
  for (let round = 0; round < 2; round++) await insertRecords(client, { activities: [], effects: [effect(), effect(), effect({ table: 'x.y', activityId: null })] });
  expect((await client.query('select name from deedlog.relation order by name')).rows).toEqual([{ name: 'public.patient' }, { name: 'x.y' }]);
  expect((await client.query('select count(*)::int as n from deedlog.effect where activity_id is null')).rows).toEqual([{ n: 2 }]);
});

test('effects alone, none at all, and many', async () => {
  await using database = await testDatabase();
  expect(await insertRecords(database.client, { activities: [], effects: [] })).toEqual({ activities: 0, effects: 0 });
  // More than the server holds in memory at once (work_mem), so that their order is not an accident of how few they are.
  const long = 'x'.repeat(2000);
  const many = Array.from({ length: 5000 }, (_, place) => effect({ key: String(place), changes: { name: [null, long] } }));
  expect(await insertRecords(database.client, { activities: [], effects: many })).toEqual({ activities: 0, effects: 5000 });
  expect((await effectsOf(database.client, [activityId])).map(({ key }) => key)).toEqual(many.map(({ key }) => key));
});

test.runIf(databaseKind === 'postgres')('two transactions that use two new tables in opposite order neither wait nor lose an effect', async () => {
  await using database = await testDatabase();
  if ('pglite' in database.connection) return;
  const pool = new pg.Pool({ connectionString: database.connection.clientUrl, max: 2 });
  const [one, other] = [await pool.connect(), await pool.connect()];
  const write = (client: PostgresLike, table: string) => insertRecords(client, { activities: [], effects: [effect({ table })] });
  await one.query('begin');
  await other.query('begin isolation level repeatable read');
  await write(one, 's.a');
  await write(other, 's.b');
  await write(one, 's.b');
  await write(other, 's.a');
  await one.query('commit');
  await other.query('commit');
  one.release();
  other.release();
  await pool.end();
  expect((await effectsOf(database.client, [activityId])).map(({ table }) => table)).toEqual(['s.a', 's.b', 's.b', 's.a']);
});
