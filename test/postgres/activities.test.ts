import { activityFromRow, activityToRow, insertActivities } from '@deedlog/postgres';
import type { PostgresLike } from '@deedlog/postgres';
import { expect, test } from 'vitest';
import { bareActivity, sampleActivity } from '../contract/sample-activity.ts';
import { testDatabase, testOrm } from '../support/database.ts';

test('a row has the columns of the table, and nothing else', async () => {
  await using database = await testDatabase();
  const { rows } = await database.client.query(
    `select column_name as name from information_schema.columns where table_schema = 'deedlog' and table_name = 'activity' order by ordinal_position`,
  );
  expect(Object.keys(activityToRow(sampleActivity()))).toEqual(rows.map(({ name }) => name));
});

test.each([sampleActivity(), bareActivity()])('an activity survives its row form: $action', (activity) => {
  expect(activityFromRow(activityToRow(activity))).toEqual(activity);
  expect(activityFromRow(JSON.parse(JSON.stringify(activityToRow(activity))) as Record<string, unknown>)).toEqual(activity);
});

test.each([
  ['2026-11-21 10:11:12.345+00', '2026-11-21T10:11:12.345Z'],
  ['2026-11-21 10:11:12+02', '2026-11-21T08:11:12.000Z'],
  ['2026-11-21 10:11:12.3-05:30', '2026-11-21T15:41:12.300Z'],
])('reads the time %s', (text, iso) => {
  const row = { ...activityToRow(sampleActivity()), occurred_at: text };
  expect(activityFromRow(row).occurredAt.toISOString()).toBe(iso);
});

test.each([
  ['a column is missing', { reason: undefined }],
  ['a column that must be set is null', { action: null }],
  ['a time is none', { occurred_at: 'yesterday' }],
])('a row is refused where %s', (_, change) => {
  const row = { ...activityToRow(sampleActivity()), ...change };
  expect(() => activityFromRow(row)).toThrow(expect.objectContaining({ code: 'POSTGRES_ROW_INVALID' }));
});

test('an insert is one statement with three parameters, whatever the number', async () => {
  await using database = await testDatabase();
  const calls: unknown[][] = [];
  const counting: PostgresLike = {
    query: (sql, params = []) => {
      calls.push(params);
      return database.client.query(sql, params);
    },
  };
  expect(await insertActivities(counting, [])).toBe(0);
  expect(calls).toEqual([]);
  expect(await insertActivities(counting, [sampleActivity(), bareActivity()])).toBe(2);
  expect(calls.map((params) => params.length)).toEqual([3]);
});

test('rows of any time find a partition', async () => {
  await using database = await testDatabase();
  const times = ['1970-01-01', '2026-11-21', '2999-12-31'].map((day) => sampleActivity({ occurredAt: new Date(day) }));
  expect(await insertActivities(database.client, times)).toBe(3);
});

const WRITES: readonly [name: string, sql: string | undefined, changed: boolean][] = [
  ['nothing', undefined, false],
  ['a read', 'select * from business', false],
  ['a read of the clock and of a setting', `select now(), set_config('a.b', 'c', true)`, false],
  ['an update of no row', 'update business set id = 2 where false', false],
  ['an insert', 'insert into business values (1)', true],
  ['an update', 'update business set id = 2', true],
  ['a delete', 'delete from business', true],
  ['DDL', 'create table other (id int)', true],
  ['a sequence', `select nextval('numbers')`, true],
];

test.each(WRITES)('onlyIfChanged after %s', async (_, sql, changed) => {
  await using database = await testOrm([]);
  const { client, orm } = database;
  await client.query('create table business (id int)');
  await client.query('create sequence numbers');
  await client.query('insert into business values (0)');
  const inserted = await orm.em.transactional(async (em) => {
    const query: PostgresLike['query'] = async (text, params = []) => ({
      rows: await em.execute<Record<string, unknown>[]>(text.replace(/\$\d+/g, '?'), params),
    });
    if (sql !== undefined) await query(sql);
    const first = await insertActivities({ query }, [sampleActivity()], { onlyIfChanged: true });
    // The insert itself must not count as the change that it asks for.
    if (!changed) expect(await insertActivities({ query }, [sampleActivity()], { onlyIfChanged: true })).toBe(0);
    return first;
  });
  expect(inserted).toBe(changed ? 1 : 0);
});
