import { createId, DATA_SUBJECT } from '@deedlog/core';
import type { Activity, ActivityItem, ActivityPage, ActivityQuery, LogView, ModelSettings, Reader, ReadPolicy } from '@deedlog/core';
import { auditHandler } from '@deedlog/http';
import { activityModel } from '@deedlog/mikro-orm';
import { insertRecords, migrateModels, postgresReader } from '@deedlog/postgres';
import type { EffectToInsert } from '@deedlog/postgres';
import { p } from '@mikro-orm/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allPages, EVERYTHING, follow } from '../contract/reader.ts';
import { bareActivity } from '../contract/sample-activity.ts';
import { databaseKind, testDatabase } from '../support/database.ts';

const Quality = activityModel({ name: 'Quality', table: 'quality', properties: { team: p.string().nullable() } });
const models = { quality: Quality } satisfies ModelSettings;
const shapes = new Map([['quality', Quality.deedlogModel]]);

const TENANTS = ['acme', 'globex', 'initech'];
const SECOND = 1000;
/** Recent, so that the tail has them too. */
const START = Date.now() - 60 * SECOND;
const at = (second: number): Date => new Date(START + second * SECOND);

/** A small world: nearly everything is about the same few objects, persons and actors, in all tenants and models. */
const activity: fc.Arbitrary<Activity> = fc
  .record({
    second: fc.integer({ min: 0, max: 20 }),
    tenant: fc.option(fc.constantFrom(...TENANTS), { nil: null }),
    actorId: fc.constantFrom('7', '8'),
    target: fc.constantFrom('1', '2'),
    person: fc.option(fc.constantFrom('9', '10'), { nil: null }),
    related: fc.boolean(),
    quality: fc.boolean(),
    outcome: fc.constantFrom('success', 'failure', 'denied', 'unknown'),
  })
  .map(({ second, tenant, actorId, target, person, related, quality, outcome }) =>
    bareActivity({
      id: createId(), occurredAt: at(second), recordedAt: at(second), tenant, actorKind: 'user', actorId, outcome, targetType: 'public.thing', targetId: target,
      related: [
        ...(person === null ? [] : [{ role: DATA_SUBJECT, type: 'Person', id: person, label: null }]),
        ...(related ? [{ role: 'other', type: 'public.thing', id: '3', label: null }] : []),
      ],
      ...(quality ? { model: 'quality', columns: { team: 'a' } } : {}),
    }),
  );

/** Row 3 changes by anybody's activity, or by nobody's. */
const effectsOf = (activities: readonly Activity[]): EffectToInsert[] =>
  activities.flatMap(({ id, occurredAt }, n) => {
    const effect = { table: 'public.thing', op: 'U', key: '3', changes: { status: [n, n + 1] }, at: occurredAt } as const;
    return n % 3 === 0 ? [{ ...effect, activityId: n % 6 === 0 ? id : null }] : [];
  });

const policy: fc.Arbitrary<ReadPolicy> = fc.record({
  tenants: fc.oneof(fc.constant('all' as const), fc.subarray(TENANTS, { minLength: 1 })),
  models: fc.oneof(fc.constant('all' as const), fc.subarray(['default', 'quality'], { minLength: 1 })),
});

interface Bounds {
  readonly from?: Date | undefined;
  readonly until?: Date | undefined;
  readonly tenant?: string | undefined;
}

const second = fc.integer({ min: -1, max: 22 }).map(at);
const bounds: fc.Arbitrary<Bounds> = fc.record({ from: second, until: second, tenant: fc.constantFrom(...TENANTS) }, { requiredKeys: [] });

interface World {
  readonly activities: readonly Activity[];
  readonly effects: readonly EffectToInsert[];
  readonly reader: Reader;
}

/** What may be seen, told from the activities themselves. */
function visible({ activities }: World, { tenants, models: granted }: ReadPolicy, { from, until, tenant }: Bounds): Activity[] {
  return activities.filter((one) => {
    const inTenant = (tenants === 'all' || (one.tenant !== null && tenants.includes(one.tenant))) && (tenant === undefined || one.tenant === tenant);
    const inTime = (from === undefined || one.occurredAt >= from) && (until === undefined || one.occurredAt < until);
    return inTenant && inTime && (granted === 'all' || granted.includes(one.model ?? 'default'));
  });
}

const idsOf = (records: readonly { readonly id: string }[]): string[] => records.map(({ id }) => id).toSorted();

/** Every door of a view, and what it may show of the activities that may be seen. */
const DOORS: Readonly<Record<string, { ask: (view: LogView, query: ActivityQuery) => Promise<ActivityPage>; shows: (one: Activity, world: World) => boolean }>> = {
  'history of a target': { ask: (view, query) => view.history({ type: 'public.thing', id: '1' }, query), shows: ({ targetId }) => targetId === '1' },
  'history of a row': {
    ask: (view, query) => view.history({ type: 'public.thing', id: '3' }, query),
    shows: ({ id, related }, { effects }) => effects.some(({ activityId }) => activityId === id) || (related ?? []).some(({ type }) => type === 'public.thing'),
  },
  'an actor': { ask: (view, query) => view.actor('7', query), shows: ({ actorId }) => actorId === '7' },
  'an access log': { ask: (view, query) => view.access('9', query), shows: ({ related }) => (related ?? []).some(({ role, id }) => role === DATA_SUBJECT && id === '9') },
};

async function checkDoors(world: World, given: ReadPolicy, asked: Bounds): Promise<void> {
  const view = world.reader.as(given);
  const seen = visible(world, given, asked);
  const all = given.tenants === 'all' && given.models === 'all';
  for (const [name, { ask, shows }] of Object.entries(DOORS)) {
    const items = await allPages((page) => ask(view, page), { ...asked, limit: 3 });
    expect(idsOf(items.filter(({ unexplained }) => !unexplained)), name).toEqual(idsOf(seen.filter((one) => shows(one, world))));
    const rowChanges = items.filter(({ unexplained }) => unexplained);
    const expected = name === 'history of a row' && all && asked.tenant === undefined ? world.effects.filter((effect) => effect.activityId === null && isWithin(effect.at, asked)) : [];
    expect(rowChanges, name).toHaveLength(expected.length);
  }
}

function isWithin(time: Date | undefined, { from, until }: Bounds): boolean {
  return time !== undefined && (from === undefined || time >= from) && (until === undefined || time < until);
}

async function checkOne(world: World, given: ReadPolicy): Promise<void> {
  const view = world.reader.as(given);
  const seen = new Set(idsOf(visible(world, given, {})));
  const found = await Promise.all(world.activities.slice(0, 10).map(async ({ id }) => [id, (await view.get(id)) !== undefined] as const));
  expect(found).toEqual(world.activities.slice(0, 10).map(({ id }) => [id, seen.has(id)]));
}

async function checkHistories(world: World, given: ReadPolicy): Promise<void> {
  const seen = visible(world, given, {});
  const [first, second_] = await world.reader.as(given).histories([{ type: 'public.thing', id: '1' }, { type: 'public.thing', id: '2' }], { limit: 500 });
  for (const [page, id] of [[first, '1'], [second_, '2']] as const) expect(idsOf(page?.results ?? []), id).toEqual(idsOf(seen.filter(({ targetId }) => targetId === id)));
}

async function checkChart(world: World, given: ReadPolicy, asked: Bounds): Promise<void> {
  const model = given.models === 'all' ? 'default' : (given.models[0] ?? 'default');
  const range = { ...asked, from: asked.from ?? at(-5), until: asked.until ?? at(30) };
  const { buckets } = await world.reader.as(given).chart({ ...range, model, buckets: 7 });
  const counted = buckets.reduce((sum, { success, failure, denied, unknown }) => sum + success + failure + denied + unknown, 0);
  expect(counted).toBe(visible(world, given, range).filter((one) => (one.model ?? 'default') === model).length);
}

/** The export is asked for over HTTP, as nobody else gives one out. */
async function checkExport(world: World, given: ReadPolicy, { from, until, tenant }: Bounds): Promise<void> {
  const model = given.models === 'all' ? 'quality' : (given.models[0] ?? 'default');
  const parameters = new URLSearchParams({ format: 'jsonl', model });
  for (const [name, value] of Object.entries({ from: from?.toISOString(), until: until?.toISOString(), tenant })) if (value !== undefined) parameters.set(name, value);
  const response = await auditHandler({ reader: world.reader, authorize: () => given })(new Request(`http://localhost/audit/api/export?${parameters.toString()}`));
  const lines = (await response.text()).split('\n').filter((line) => line !== '');
  const expected = visible(world, given, { from, until, tenant }).filter((one) => (one.model ?? 'default') === model);
  expect(idsOf(lines.map((line) => JSON.parse(line) as ActivityItem))).toEqual(idsOf(expected));
}

/** A foreign tenant may not even be asked for. */
async function refuses(world: World, given: ReadPolicy, asked: Bounds): Promise<boolean> {
  if (given.tenants === 'all' || asked.tenant === undefined || given.tenants.includes(asked.tenant)) return false;
  const view = world.reader.as(given);
  for (const { ask } of Object.values(DOORS)) await expect(ask(view, asked)).rejects.toMatchObject({ code: 'READ_DENIED' });
  await expect(view.tail(undefined, asked)).rejects.toMatchObject({ code: 'READ_DENIED' });
  return true;
}

test('no door shows a record of a foreign tenant or model, or out of its time; and each shows the others', async () => {
  await using database = await testDatabase();
  await migrateModels(database.client, [Quality.deedlogModel]);
  const reader = postgresReader(database.client, { models });
  await fc.assert(
    fc.asyncProperty(fc.array(activity, { minLength: 20, maxLength: 40 }), fc.array(fc.tuple(policy, bounds), { minLength: 4, maxLength: 4 }), async (activities, questions) => {
      for (const table of ['activity', 'quality', 'effect']) await database.client.query(`truncate deedlog.${table}`);
      const effects = effectsOf(activities);
      await insertRecords(database.client, { activities, effects }, { models: shapes });
      const world = { activities, effects, reader };
      for (const [given, asked] of questions) {
        if (await refuses(world, given, asked)) continue;
        await checkDoors(world, given, asked);
        await checkOne(world, given);
        await checkHistories(world, given);
        await checkChart(world, given, asked);
        await checkExport(world, given, asked);
      }
    }),
    { numRuns: databaseKind === 'postgres' ? 25 : 12 },
  );
}, 240_000);

test('nor does the tail', async () => {
  await using database = await testDatabase();
  await migrateModels(database.client, [Quality.deedlogModel]);
  const reader = postgresReader(database.client, { models });
  const activities = fc.sample(activity, 40);
  const questions = fc.sample(fc.tuple(policy, bounds), 30).filter(([{ tenants }, { tenant }]) => tenants === 'all' || tenant === undefined || tenants.includes(tenant));
  const { cursor } = await reader.as(EVERYTHING).tail();
  const effects = effectsOf(activities);
  await insertRecords(database.client, { activities, effects }, { models: shapes });
  // Once the one who sees all has all, the watermark is past them for everybody; a cursor of another reader opens nothing.
  expect((await follow(reader.as(EVERYTHING), cursor, activities.length)).ids.toSorted()).toEqual(idsOf(activities));
  for (const [given, asked] of questions) {
    const { results } = await reader.as(given).tail(cursor, asked);
    expect(idsOf(results)).toEqual(idsOf(visible({ activities, effects, reader }, given, asked)));
  }
});
