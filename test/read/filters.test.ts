import { createId, memoryReader, memoryStore } from '@deedlog/core';
import type { Activity, ActivityQuery, LogView, ModelSettings } from '@deedlog/core';
import { activityModel } from '@deedlog/mikro-orm';
import { createTextIndex, insertRecords, migrateModels, postgresReader } from '@deedlog/postgres';
import { p } from '@mikro-orm/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allPages, EVERYTHING, nth } from '../contract/reader.ts';
import { databaseKind, testDatabase } from '../support/database.ts';

const Quality = activityModel({
  name: 'Quality',
  table: 'quality',
  properties: { team: p.string().nullable().index(), level: p.integer().nullable(), big: p.bigint().nullable(), amount: p.decimal().nullable(), ok: p.boolean().nullable(), at: p.datetime().nullable() },
});
const models = { quality: Quality } satisfies ModelSettings;

const NASTY = ['', 'a', 'A', '%', '_', '\\', "'", '"', "'; drop schema deedlog cascade; --", '$1', 'é', 'ÅNGSTRÖM', 'a\u202Eb', '𝒳', 'null', '*', 'x.y', '1e5', '12abc', 'foo-bar', '\n\t'];

const nasty = fc.constantFrom(...NASTY.slice(1));
const maybe = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> => fc.option(arbitrary, { nil: null, freq: 8 });
const action = fc.constantFrom('invoice.approve', 'invoice.view', 'invoices.view', 'patient.view', 'invoice.approve.twice', 'invoice');
const tenant = fc.constantFrom('acme', 'globex', '%');

const activity: fc.Arbitrary<Activity> = fc
  .record({
    minute: fc.integer({ min: 0, max: 20 }),
    action,
    outcome: fc.constantFrom('success', 'failure', 'denied', 'unknown'),
    actorKind: maybe(fc.constantFrom('user', 'system', 'anonymous')),
    actorId: maybe(nasty),
    actorLabel: maybe(nasty),
    targetType: maybe(fc.constantFrom('Invoice', "O'Type")),
    targetId: maybe(nasty),
    targetLabel: maybe(nasty),
    tool: maybe(nasty),
    reason: maybe(fc.array(nasty, { maxLength: 3 }).map((words) => words.join(' '))),
    observer: fc.constantFrom('trpc', 'manual'),
    tenant: maybe(tenant),
    correlationId: maybe(nasty),
    requestId: maybe(nasty),
    messageValues: maybe(fc.record({ slot: nasty })),
    own: fc.option(fc.record({ team: maybe(nasty), level: maybe(fc.integer({ min: 0, max: 3 })), big: maybe(fc.constant('9007199254740993')), amount: maybe(fc.constantFrom('1.50', '-3')), ok: maybe(fc.boolean()), at: maybe(fc.constant('2026-01-01T00:00:00.000Z')) }), { nil: null }),
  })
  .map(({ minute, requestId, messageValues, own, ...rest }) =>
    nth(minute, {
      ...(rest as Partial<Activity>),
      context: requestId === null ? {} : { requestId },
      ...(messageValues === null ? {} : { message: 'changed {slot}', messageValues }),
      ...(own === null ? {} : { model: 'quality', columns: own }),
    }),
  );

const minute = fc.integer({ min: 0, max: 21 }).map((n) => nth(n).occurredAt);

const FILTERS = {
  from: minute,
  until: minute,
  actor: fc.record({ id: nasty, kind: fc.constantFrom('user', 'system', 'anonymous') }, { requiredKeys: [] }),
  action: fc.oneof(action, fc.constantFrom('invoice.*', 'patient.*', 'none.*')),
  target: fc.record({ type: fc.constantFrom('Invoice', "O'Type"), id: nasty }, { requiredKeys: ['type'] }),
  tool: nasty,
  outcome: fc.constantFrom('success', 'failure', 'denied', 'unknown'),
  observer: fc.constantFrom('trpc', 'manual'),
  tenant,
  text: fc.array(fc.constantFrom('a', 'A', 'invoice', 'appr', 'é', 'åNG', 'changed', '12', 'foo', 'bar', 'x', 'schema', 'slot'), { minLength: 1, maxLength: 2 }).map((words) => words.join(' ')),
  correlationId: nasty,
  requestId: nasty,
  columns: fc.record({ team: maybe(nasty), level: fc.constantFrom(0, '1'), big: fc.constant('9007199254740993'), amount: fc.constantFrom(1.5, '1.500'), ok: fc.constantFrom(true, 'false'), at: fc.constant('2026-01-01T00:00:00Z') }, { requiredKeys: [] }),
};

/** One to three filters at once: more would hardly ever find anything. */
const query: fc.Arbitrary<ActivityQuery> = fc
  .subarray(Object.keys(FILTERS) as (keyof typeof FILTERS)[], { minLength: 1, maxLength: 3 })
  .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, FILTERS[name] as fc.Arbitrary<unknown>]))))
  .map((filters) => ('columns' in filters ? { ...filters, model: 'quality' } : filters)) as fc.Arbitrary<ActivityQuery>;

const idsOf = async (view: LogView, asked: ActivityQuery): Promise<string[]> => (await allPages((page) => view.list(page), { ...asked, limit: 7 })).map(({ id }) => id);

test.each(['without', 'with'])('every combination of filters finds what a plain filter over all records finds, %s the text index', async (how) => {
  await using database = await testDatabase();
  await migrateModels(database.client, [Quality.deedlogModel]);
  if (how === 'with') await createTextIndex(database.client);
  const reader = postgresReader(database.client, { models });
  let finds = 0;
  const runs = databaseKind === 'postgres' ? 25 : 12;
  await fc.assert(
    fc.asyncProperty(fc.array(activity, { minLength: 60, maxLength: 120 }), fc.array(query, { minLength: 20, maxLength: 20 }), fc.subarray(['acme', 'globex', '%'], { minLength: 1 }), async (activities, queries, tenants) => {
      await database.client.query('truncate deedlog.activity');
      await database.client.query('truncate deedlog.quality');
      const store = memoryStore();
      await store.write(activities);
      await insertRecords(database.client, { activities, effects: [] }, { models: new Map([['quality', Quality.deedlogModel]]) });
      const naive = memoryReader(store, { models });
      for (const policy of [EVERYTHING, { tenants, models: 'all' as const }]) {
        for (const asked of queries) {
          const answer = (view: LogView): Promise<string[]> => idsOf(view, asked).catch((error: { code?: string }) => [String(error.code)]);
          const expected = await answer(naive.as(policy));
          expect(await answer(reader.as(policy)), JSON.stringify(asked)).toEqual(expected);
          if (expected.length > 0) finds++;
        }
      }
      const whole = await reader.as(EVERYTHING).list({ model: 'quality', limit: 500 });
      expect(whole.results).toEqual((await naive.as(EVERYTHING).list({ model: 'quality', limit: 500 })).results);
    }),
    { numRuns: runs },
  );
  // A tenth at least finds something, or the comparison says little.
  expect(finds).toBeGreaterThan(runs * 4);
}, 240_000);

test('a filter that holds more than a page may examine goes on from page to page', async () => {
  await using database = await testDatabase();
  await database.client.query(
    `insert into deedlog.activity (id, occurred_at, recorded_at, action, outcome, context, metadata, observer, source, tool)
select gen_random_uuid(), timestamptz '2026-01-01' + n * interval '1 second', now(), 'a.b', 'success', '{}', '{}', 'manual', 's', case when n in (5, 5500, 11000) then 'rare' end
from generate_series(1, 12000) as n`,
  );
  const view = postgresReader(database.client).as(EVERYTHING);
  const first = await view.list({ tool: 'rare', limit: 10 });
  expect([first.results.length, first.next !== null, first.countExact]).toEqual([1, true, false]);
  const all = await allPages((page) => view.list(page), { tool: 'rare', limit: 10 });
  expect(all.map(({ timestamp }) => timestamp)).toEqual(['2026-01-01T03:03:20.000Z', '2026-01-01T01:31:40.000Z', '2026-01-01T00:00:05.000Z']);
});

test('ids are found in any case, what is no id is refused', async () => {
  await using database = await testDatabase();
  const view = postgresReader(database.client).as(EVERYTHING);
  await expect(view.get('1 or 1=1')).rejects.toMatchObject({ code: 'QUERY_INVALID' });
  expect(await view.get(createId().toUpperCase())).toBeUndefined();
});
