import { createDeedlog, memoryStore, userActor } from '@deedlog/core';
import type { Activity, DeedlogOptions, Sink } from '@deedlog/core';
import { activityModel } from '@deedlog/mikro-orm';
import { p } from '@mikro-orm/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const All = activityModel({
  name: 'All',
  table: 'everything',
  properties: {
    text: p.text().nullable(),
    indexed: p.string().nullable().index(),
    whole: p.integer().nullable(),
    big: p.bigint().nullable(),
    decimal: p.decimal().nullable(),
    real: p.double().nullable(),
    yes: p.boolean().nullable(),
    at: p.datetime().nullable(),
    key: p.uuid().nullable(),
    bag: p.json<unknown>().nullable(),
    level: p.enum(['low', 'high']).nullable(),
  },
});
const Quality = activityModel({ name: 'Quality', table: 'quality', properties: { team: p.string() } });

const actor = (): ReturnType<typeof userActor> => userActor('7');

interface Untyped {
  trackActivity(activity: object): Promise<{ status: string }>;
}

function tracked(models: DeedlogOptions['models'], options: Partial<DeedlogOptions> = {}): { deedlog: Untyped; activities: readonly Activity[] } {
  const store = memoryStore();
  const deedlog = createDeedlog({ actor, store, ...options, models: models ?? {} });
  const untyped = deedlog as unknown as Untyped;
  return {
    deedlog: { trackActivity: (activity) => deedlog.run({ actor: actor() }, () => untyped.trackActivity({ action: 'an.act', ...activity })) },
    get activities() {
      return store.activities;
    },
  };
}

test.each([
  ['text', 1], ['text', {}], ['whole', 1.5], ['whole', 2 ** 31], ['whole', '1'], ['big', 2n ** 63n], ['big', 0.5], ['decimal', 'much'], ['decimal', Number.NaN],
  ['real', Infinity], ['real', '1'], ['yes', 1], ['at', '2026-01-01'], ['at', new Date('no date')], ['key', 'not a uuid'], ['level', 'middle'],
])('%s refuses %o before anything is written, and does not quote it', async (name, value) => {
  const { deedlog, activities } = tracked({ default: All });
  await expect(deedlog.trackActivity({ [name]: value })).rejects.toMatchObject({ code: 'MODEL_COLUMN_INVALID', message: expect.stringContaining(`(${name}: `) });
  expect(activities).toEqual([]);
});

test('text is bounded, cleaned and searched for secrets; JSON hides denied keys', async () => {
  const log = tracked({ default: All });
  await log.deedlog.trackActivity({ text: `a\0${'x'.repeat(10_000)}`, indexed: 'y'.repeat(10_000), bag: { password: 'hunter2', lines: 1 } });
  const [activity] = log.activities;
  expect(String(activity?.columns?.['text'])).toMatch(/^a\u2400x+…\[\+\d+ characters\]$/);
  expect(String(activity?.columns?.['indexed']).length).toBeLessThan(600);
  expect(activity?.columns?.['bag']).toEqual({ password: '***REDACTED***', lines: 1 });
});

test('whatever is given, a record has JSON of the declared columns alone, or a coded error', async () => {
  const log = tracked({ default: All });
  const names = Object.keys(All.deedlogModel.columns);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), fc.anything({ withDate: true, withBigInt: true, withNullPrototype: true }), async (name, value) => {
      const error = await log.deedlog.trackActivity({ [name]: value, undeclared: 1 }).then(() => undefined, (thrown: { code?: unknown }) => thrown);
      if (error !== undefined) {
        expect(error.code).toBe('MODEL_COLUMN_INVALID');
        return;
      }
      const columns = log.activities.at(-1)?.columns;
      expect(Object.keys(columns ?? {})).toEqual(names);
      expect(JSON.parse(JSON.stringify(columns))).toEqual(columns);
    }),
    { numRuns: 2000 },
  );
});

test('a model that is switched off is not recorded, without an error; the others are', async () => {
  const log = tracked({ default: Quality, quiet: { model: All, enabled: false } });
  expect(await log.deedlog.trackActivity({ model: 'quiet', whole: 'wrong' })).toMatchObject({ status: 'ignored' });
  await log.deedlog.trackActivity({ team: 'ops' });
  expect(log.activities).toMatchObject([{ model: 'default', columns: { team: 'ops' } }]);
});

test('the default itself can be switched off without a table of its own', async () => {
  const log = tracked({ default: { enabled: false }, 'data-quality': Quality });
  expect(await log.deedlog.trackActivity({})).toMatchObject({ status: 'ignored' });
  await log.deedlog.trackActivity({ model: 'data-quality', team: 'ops' });
  expect(log.activities).toMatchObject([{ model: 'data-quality' }]);
});

test('sinks see the model and its columns', async () => {
  const seen: Activity[] = [];
  const sink: Sink = { name: 'seen', write: (activities: readonly Activity[]) => void seen.push(...activities) } as unknown as Sink;
  const log = tracked({ 'data-quality': Quality }, { sinks: [sink] });
  await log.deedlog.trackActivity({ model: 'data-quality', team: 'ops' });
  await expect.poll(() => seen).toMatchObject([{ model: 'data-quality', columns: { team: 'ops' } }]);
});

test('an unknown model is refused, with models and without', async () => {
  await expect(tracked({ 'data-quality': Quality }).deedlog.trackActivity({ model: 'data-qualty' })).rejects.toMatchObject({ code: 'MODEL_UNKNOWN' });
  await expect(tracked({}).deedlog.trackActivity({ model: 'data-quality' })).rejects.toMatchObject({ code: 'MODEL_UNKNOWN' });
});

test('a fill that throws is a coded error', async () => {
  const fill = (): never => {
    throw new Error('hunter2');
  };
  await expect(tracked({ default: { model: Quality, fill } }).deedlog.trackActivity({})).rejects.toMatchObject({ code: 'MODEL_FILL_FAILED' });
});

test('one act told by intent and helper is one record of the helper’s model', async () => {
  const store = memoryStore();
  const deedlog = createDeedlog({ actor, store, models: { 'data-quality': Quality } });
  await deedlog.run({ actor: actor() }, () =>
    deedlog.withIntent({ action: 'dataset.check' }, () => deedlog.trackActivity({ model: 'data-quality', action: 'dataset.check', team: 'ops' })),
  );
  expect(store.activities).toMatchObject([{ model: 'data-quality', columns: { team: 'ops' } }]);
});

const wrong = (properties: Record<string, object>, table = 'mine'): (() => unknown) => () => activityModel({ name: 'Wrong', table, properties });

test.each([
  ['a table of deedlog', wrong({}, 'activity')],
  ['a table that is no name', wrong({}, 'x"; drop schema deedlog')],
  ['a column that every activity has', wrong({ actorId: p.string() })],
  ['the same in the database', wrong({ who: p.string().fieldName('actor_id') })],
  ['two names for one column', wrong({ one: p.string().fieldName('x'), two: p.string().fieldName('x') })],
  ['a type that is not supported', wrong({ on: p.date() })],
  ['a default, which deedlog would not apply', wrong({ one: p.string().default('x') })],
  ['what is no builder', wrong({ one: { type: 'string' } })],
  ['a column that the deny-list catches', () => tracked({ default: activityModel({ name: 'Wrong', table: 'mine', properties: { apiKey: p.string() } }) })],
  ['two models on one table', () => tracked({ default: Quality, other: Quality })],
  ['a setting without a model', () => tracked({ other: { enabled: true } })],
])('is refused at set-up: %s', (_, declare) => {
  expect(declare).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }));
});

test('a denied name that is harmless can be allowed', () => {
  const Allowed = activityModel({ name: 'Allowed', table: 'allowed', properties: { token: p.string() } });
  expect(() => tracked({ default: Allowed }, { redact: { allow: ['token'] } })).not.toThrow();
});
