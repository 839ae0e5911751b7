import { createDeedlog, DATA_SUBJECT, memoryReader, memoryStore, recordReads, systemActor } from '@deedlog/core';
import type { Activity, ActivityPage, ObjectReference, ReadPolicy } from '@deedlog/core';
import { insertRecords, postgresReader } from '@deedlog/postgres';
import type { PostgresLike } from '@deedlog/postgres';
import { expect, test } from 'vitest';
import { allPages, EVERYTHING, nth } from '../contract/reader.ts';
import { testDatabase } from '../support/database.ts';

const OBJECTS: readonly ObjectReference[] = [...Array.from({ length: 8 }, (_, n) => ({ type: 'Thing', id: String(n) })), { type: 'Other', id: '1' }, { type: 'None', id: '1' }, { type: 'Thing', id: '3' }];

/** Objects as target, as related and by their rows, in every mixture. */
function sample(): { activities: Activity[]; effects: { table: string; op: 'U'; key: string; changes: object; activityId: string | null; at: Date }[] } {
  const activities = Array.from({ length: 400 }, (_, n) =>
    nth(n, {
      tenant: n % 3 === 0 ? 'acme' : n % 3 === 1 ? 'other' : null,
      ...(n % 2 === 0 ? { targetType: n % 10 === 0 ? 'Other' : 'Thing', targetId: String(n % 7) } : {}),
      ...(n % 5 === 0 ? { related: [{ role: DATA_SUBJECT, type: 'Thing', id: String(n % 8), label: null }] } : {}),
    }),
  );
  const effects = activities.flatMap(({ id, occurredAt }, n) => (n % 4 === 0 ? [{ table: 'public.thing', op: 'U' as const, key: String(n % 6), changes: { n: [0, 1] }, activityId: n % 12 === 0 ? null : id, at: occurredAt }] : []));
  return { activities, effects };
}

const POLICIES: readonly ReadPolicy[] = [EVERYTHING, { tenants: ['acme'], models: 'all' }, { tenants: 'all', models: 'all', hide: { '*': ['reason'] } }, { tenants: 'all', models: ['default'] }];

const withoutCount = ({ count: _count, countExact: _exact, ...page }: ActivityPage): object => page;

test('the histories of many objects are those of each, in a bounded number of statements', async () => {
  await using database = await testDatabase();
  await insertRecords(database.client, sample() as never);
  let statements = 0;
  const counted: PostgresLike = { query: (sql, params) => (statements++, database.client.query(sql, params)) };
  const reader = postgresReader(counted, { tables: { Thing: 'public.thing' } });
  for (const policy of POLICIES) {
    const view = reader.as(policy);
    for (const limit of [1, 7, 100]) {
      statements = 0;
      const together = await view.histories(OBJECTS, { limit });
      expect(statements).toBeLessThanOrEqual(5);
      const each = await Promise.all(OBJECTS.map((object) => view.history(object, { limit, count: false })));
      expect(together.map(withoutCount)).toEqual(each.map(withoutCount));
      statements = 0;
      const counted = await view.histories(OBJECTS, { limit, count: true });
      expect(statements).toBeLessThanOrEqual(6);
      expect(counted).toEqual(await Promise.all(OBJECTS.map((object) => view.history(object, { limit }))));
      expect(together.some(({ results }) => results.length > 0)).toBe(true);
    }
  }
});

test('a page of them goes on with the history of its object', async () => {
  await using database = await testDatabase();
  const { activities } = sample();
  const effects = activities.map(({ id, occurredAt }) => ({ table: 'Thing', op: 'U' as const, key: '1', changes: {}, activityId: id, at: occurredAt }));
  await insertRecords(database.client, { activities, effects } as never);
  const view = postgresReader(database.client).as(EVERYTHING);
  const [page] = await view.histories([{ type: 'Thing', id: '1' }], { limit: 5 });
  const rest = await allPages((query) => view.history({ type: 'Thing', id: '1' }, { ...query, after: query.after ?? page?.next ?? '' }), { limit: 60 });
  expect([...(page?.results ?? []), ...rest].map(({ id }) => id)).toEqual(activities.map(({ id }) => id).toReversed());
});

test('an object with many activities of other tenants is read as well', async () => {
  await using database = await testDatabase();
  const activities = Array.from({ length: 1200 }, (_, n) => nth(n, { targetType: 'Thing', targetId: '1', tenant: n === 0 ? 'acme' : 'other' }));
  await insertRecords(database.client, { activities, effects: [] });
  const view = postgresReader(database.client).as({ tenants: ['acme'], models: 'all' });
  const pages = await view.histories([{ type: 'Thing', id: '1' }, { type: 'Thing', id: '2' }], { limit: 5 });
  expect(pages.map(({ results }) => results.map(({ id }) => id))).toEqual([[activities[0]?.id], []]);
});

test('in memory the same; bounded, refused, and recorded object by object', async () => {
  const store = memoryStore();
  await store.write(sample().activities);
  const view = memoryReader(store).as(EVERYTHING);
  const together = await view.histories(OBJECTS, { limit: 3 });
  expect(together.map(withoutCount)).toEqual((await Promise.all(OBJECTS.map((object) => view.history(object, { limit: 3, count: false })))).map(withoutCount));
  for (const wrong of [view.histories([]), view.histories(Array.from({ length: 501 }, () => ({ type: 'Thing', id: '1' }))), view.histories([{ type: '', id: '1' }]), view.histories(OBJECTS, { limit: 501 })]) {
    await expect(wrong).rejects.toMatchObject({ code: 'QUERY_INVALID' });
  }
  await expect(memoryReader(store).as({ ...EVERYTHING, hide: { '*': ['objectId'] } }).histories(OBJECTS)).rejects.toMatchObject({ code: 'READ_DENIED' });
  const log = memoryStore();
  const deedlog = createDeedlog({ store: log, actor: () => undefined });
  await recordReads(memoryReader(store), { deedlog }).as({ ...EVERYTHING, reader: systemActor('auditor') }).histories(OBJECTS.slice(0, 3));
  expect(log.activities.map(({ targetId }) => targetId)).toEqual(['0', '1', '2']);
});
