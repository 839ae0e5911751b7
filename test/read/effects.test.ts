import type { Activity, ActivityQuery } from '@deedlog/core';
import { insertRecords, postgresReader } from '@deedlog/postgres';
import type { PostgresLike } from '@deedlog/postgres';
import { expect, test } from 'vitest';
import { allPages, EVERYTHING, nth } from '../contract/reader.ts';
import { testDatabase } from '../support/database.ts';

const effect = (activityId: string | null, key = '1', at?: Date): { table: string; op: 'U'; key: string; changes: { n: [number, number] }; activityId: string | null; at?: Date } => ({
  table: 'public.thing', op: 'U', key, changes: { n: [0, 1] }, activityId, ...(at === undefined ? {} : { at }),
});

test('effects are inside their activity, a bounded number of them, by one query for a page', async () => {
  await using database = await testDatabase();
  const activities = Array.from({ length: 20 }, (_, n) => nth(n));
  const many = activities[3]?.id ?? '';
  await insertRecords(database.client, { activities, effects: [...activities.map(({ id }) => effect(id)), ...Array.from({ length: 150 }, () => effect(many))] });
  let statements = 0;
  const counted: PostgresLike = { query: (sql, params) => (statements++, database.client.query(sql, params)) };
  const page = await postgresReader(counted).as(EVERYTHING).list({ limit: 20, count: false });
  expect(statements).toBe(2);
  expect(page.results.map(({ effects, effectsCut }) => [effects.length, effectsCut])).toEqual(activities.map(({ id }) => (id === many ? [100, true] : [1, false])).toReversed());
  expect(page.results[0]?.effects[0]).toEqual({ id: expect.stringMatching(/^\d+$/), at: expect.stringMatching(/^\d{4}-.*Z$/), table: 'public.thing', op: 'U', key: '1', changes: { n: [0, 1] } });
});

test('an object’s history has the activities that changed its row, and what nobody explained', async () => {
  await using database = await testDatabase();
  const [target, changed, elsewhere] = [nth(0, { targetType: 'Thing', targetId: '1' }), nth(1), nth(2)];
  const at = nth(3).occurredAt;
  await insertRecords(database.client, { activities: [target, changed, elsewhere], effects: [effect(changed.id), effect(target.id), effect(elsewhere.id, '2'), effect(null, '1', at), effect(null, '2', at)] });
  const view = postgresReader(database.client, { tables: { Thing: 'public.thing' } }).as(EVERYTHING);
  const { results, count } = await view.history({ type: 'Thing', id: '1' });
  expect(results.map(({ id, unexplained }) => [id, unexplained])).toEqual([['00000000-0000-0000-0000-000000000004', true], [changed.id, false], [target.id, false]]);
  expect(count).toBe(3);
  expect(results[0]).toMatchObject({ action: 'row.update', actor: null, objectType: 'public.thing', objectId: '1', timestamp: '2026-11-01T00:03:00.000000Z', effects: [{ key: '1' }] });
  expect(await view.get(results[0]?.id ?? '')).toEqual(results[0]);
});

test('unexplained effects are listed by themselves, page by page, both ways', async () => {
  await using database = await testDatabase();
  const explained = nth(0);
  await insertRecords(database.client, { activities: [explained], effects: [effect(explained.id), ...Array.from({ length: 25 }, (_, n) => effect(null, String(n % 5), nth(n >> 1).occurredAt))] });
  const view = postgresReader(database.client).as(EVERYTHING);
  const all = await allPages((query) => view.list(query), { unexplained: true, limit: 4 });
  expect(all.map(({ effects }) => Number(effects[0]?.id))).toEqual(Array.from({ length: 25 }, (_, n) => 26 - n));
  const second = await view.list({ unexplained: true, limit: 4, after: (await view.list({ unexplained: true, limit: 4 })).next ?? '' });
  expect((await view.list({ unexplained: true, limit: 4, before: second.previous ?? '' })).results).toEqual(all.slice(0, 4));
  expect((await view.list({ unexplained: true, target: { type: 'public.thing', id: '3' } })).count).toBe(5);
  expect((await view.list({ unexplained: true, from: nth(5).occurredAt, until: nth(7).occurredAt })).count).toBe(4);
});

test('the history of a row with more effects than one page looks at is complete, forwards and back', async () => {
  await using database = await testDatabase();
  const activities: Activity[] = Array.from({ length: 1500 }, (_, n) => nth(n, n % 100 === 0 ? { targetType: 'public.thing', targetId: '1' } : {}));
  const effects = activities.flatMap(({ id, occurredAt }, n) => (n % 3 === 0 ? [effect(id, '1', occurredAt), effect(id, '1', occurredAt), effect(id, '1', occurredAt), effect(null, '1', occurredAt)] : []));
  await insertRecords(database.client, { activities, effects });
  const expected = activities.filter((_, n) => n % 3 === 0 || n % 100 === 0).map(({ id }) => id).toReversed();
  const view = postgresReader(database.client).as(EVERYTHING);
  const history = (query: ActivityQuery): ReturnType<typeof view.history> => view.history({ type: 'public.thing', id: '1' }, query);
  const all = await allPages(history, { limit: 90 });
  expect(all.filter(({ unexplained }) => !unexplained).map(({ id }) => id)).toEqual(expected);
  expect(all.filter(({ unexplained }) => unexplained)).toHaveLength(500);
  let page = await history({ limit: 90 });
  const starts: string[] = [];
  while (page.next !== null) {
    starts.push(page.results[0]?.id ?? '');
    page = await history({ limit: 90, after: page.next });
  }
  while (page.previous !== null && starts.length > 0) {
    page = await history({ limit: 90, before: page.previous });
    if (page.results.length === 90) expect(page.results[0]?.id).toBe(starts.pop());
  }
});
