import { createDenyRule, LIMITS, safeText, toJson, userActor } from '@deedlog/core';
import type { Activity } from '@deedlog/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { poison } from './support/poison.ts';
import { inMemory } from './support/set-up.ts';

/** No record is longer as JSON, whatever it was given. */
const MAX_RECORD = 300_000;

const isDenied = createDenyRule();

function expectStored(activities: readonly Activity[], visible: string): void {
  expect(activities).toHaveLength(1);
  const json = JSON.stringify(activities[0]);
  expect(json.length).toBeLessThan(MAX_RECORD);
  expectAccepted(json);
  expect(json).toContain(visible);
}

/** What PostgreSQL refuses in JSON: escapes of NUL and of lone surrogates. */
function expectAccepted(json: string): void {
  expect(json.isWellFormed()).toBe(true);
  expect(json.replaceAll('\\\\', '')).not.toMatch(/\\u0000|\\ud[89a-f]/i);
}

/** JSON text of a marker as it stands inside JSON. */
const inJson = (visible: string): string => (visible.startsWith('"') || visible.startsWith('["') ? visible : JSON.stringify(visible).slice(1, -1));

describe.each(poison)('%s is stored, bounded, with a marker', (_, make, visible) => {
  const seen = inJson(visible);

  test('as metadata, on its own and inside others', async () => {
    const { deedlog, store } = inMemory();
    await deedlog.trackActivity({ action: 'a.b', actor: userActor(1), metadata: { value: make() } });
    expectStored(store.activities, seen);
    store.clear();
    await deedlog.trackActivity({ action: 'a.b', actor: userActor(1), metadata: make() as never });
    expect(store.activities).toHaveLength(1);
    store.clear();
    const inner = make();
    await deedlog.trackActivity({ action: 'a.b', actor: userActor(1), metadata: { list: [inner], map: new Map([['k', inner]]) } });
    expectStored(store.activities, inner === null || typeof inner !== 'object' ? seen : '');
  });

  test('as input of an intent', async () => {
    const { deedlog, store, codes } = inMemory();
    await deedlog.withIntent({ action: 'a.b', host: {}, fields: ['value', 'value.part', 'list.value'], data: { value: make(), list: [{ value: 1 }] } }, () => 1);
    expectStored(store.activities, seen.includes('__proto__') || seen === '' ? '' : store.activities[0]?.input === null ? 'never' : '');
    store.clear();
    await deedlog.withIntent({ action: 'a.b', host: {}, fields: ['value'], data: { value: make() } }, () => 1);
    expectStored(store.activities, seen);
    store.clear();
    await deedlog.withIntent({ action: 'a.b', host: {}, fields: ['a', 'b.c'], data: make() }, () => 1);
    expect([store.activities.length, codes()]).toEqual([1, []]);
  });

  test('as value of a message, in changes, and as what an update brings', async () => {
    const { deedlog, store } = inMemory();
    const value = make() ?? 'undefined';
    await deedlog.trackActivity({ action: 'a.b', actor: userActor(1), message: 'v: {value}', values: { value: typeof value === 'function' ? 'fn' : value } });
    expectStored(store.activities, typeof value === 'function' ? 'fn' : seen);
    store.clear();
    await deedlog.trackActivity({ action: 'a.b', actor: userActor(1), changes: { value: { old: null, new: make() as never }, other: make() as never } });
    expectStored(store.activities, seen);
    store.clear();
    await deedlog.auditUpdate({ target: { type: 'A', id: 1 }, actor: userActor(1), before: { value: make() }, data: { value: make(), n: 1 }, fields: ['value', 'n'] as never });
    expectStored(store.activities, '');
    store.clear();
    await deedlog.auditCreate({ target: { type: 'A', id: 1 }, actor: userActor(1), data: { value: make() }, fields: ['value'] as never });
    expectStored(store.activities, '');
  });

  test('as any text of a record', async () => {
    const { deedlog, store } = inMemory();
    const text = make() as string;
    await deedlog.trackActivity({
      action: 'a.b', reason: text, tool: text, outcomeCode: text, outcome: 'failure', correlationId: text, causationId: text, message: 'm {v}', values: { v: 1 },
      actor: userActor(1, { label: text, onBehalfOf: userActor(2, { label: text }), via: text }),
      target: { type: 'A', id: 1, label: text },
      related: [{ role: text, type: 'A', id: 1, label: text }],
      context: { ip: text, userAgent: text, method: text, path: text, requestId: text, traceId: text, sessionId: text, tenant: text },
    });
    expectStored(store.activities, '');
  });
});

describe('ids', () => {
  test.each(['a\0b', 'a\ud800', 'x'.repeat(20_000_000), '🔑'.repeat(5000), '\u0001'.repeat(5000)])('of any text are stored and fit an index row of PostgreSQL (%#)', async (id) => {
    const { deedlog, store } = inMemory();
    await deedlog.trackActivity({ action: 'a.b', actor: userActor(id, { onBehalfOf: userActor(id) }), target: { type: id, id }, related: [{ role: 'r', type: id, id }] });
    expectStored(store.activities, '');
    const [{ actorId, targetType, targetId } = { actorId: '', targetType: '', targetId: '' }] = store.activities;
    // A btree entry holds at most 2704 bytes.
    expect(Buffer.byteLength(actorId ?? '')).toBeLessThan(2600);
    expect(Buffer.byteLength(`${targetType}${targetId}`)).toBeLessThan(2600);
  });
});

describe('everything hostile at once', () => {
  test.each([['plain', 'x'], ['quotes', '"'], ['control characters', '\u0001'], ['astral', '🔑'], ['line breaks', '\n']])('of %s stays below the bound', async (_, unit) => {
    const { deedlog, store } = inMemory();
    const text = unit.repeat(20_000);
    const bag = Object.fromEntries(Array.from({ length: 100 }, (_key, n) => [`${n}${text.slice(0, 200)}`, { [text.slice(0, 150)]: text, n: [1, 2, text] }]));
    const message = `{v}${'m'.repeat(3000)}`;
    let actor = userActor(text, { label: text, via: text });
    for (let n = 0; n < 6; n++) actor = userActor(text, { label: text, via: text, onBehalfOf: actor });
    const context = { ip: text, userAgent: text, method: text, path: text, requestId: text, traceId: text, sessionId: text, tenant: text };
    await deedlog.run({ actor, context }, () =>
      deedlog.withIntent({ action: 'a.b', metadata: bag, reason: text, tool: text, message, fields: Object.keys(bag), data: bag }, (audit) => {
        audit.metadata(Object.fromEntries(Object.entries(bag).map(([key, value]) => [`m${key}`, value])));
        audit.values({ v: bag });
        audit.changes(Object.fromEntries(Object.entries(bag).map(([key, value]) => [key, { old: value as never, new: value as never }])));
        audit.target({ type: text, id: text, label: text });
        for (let n = 0; n < 1000; n++) audit.related(text, { type: text, id: text, label: text });
      }),
    );
    expectStored(store.activities, '');
    expect(store.activities[0]?.related?.at(-1)?.role).toBe('[+980 related]');
  });
});

describe('any value', () => {
  const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withSparseArray: true, withTypedArray: true, withBoxedValues: true, withNullPrototype: true, withObjectString: true, withUnicodeString: true });

  test('becomes bounded JSON that survives its text form', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const json = toJson(value, isDenied);
        const text = JSON.stringify(json);
        expect(text.length).toBeLessThan(MAX_RECORD);
        expect(JSON.stringify(JSON.parse(text))).toBe(text);
        expectAccepted(text);
      }),
      { numRuns: 3000 },
    );
  });

  test('can stand anywhere in a record', async () => {
    const { deedlog, store } = inMemory();
    await fc.assert(
      fc.asyncProperty(anything, anything, async (one, other) => {
        await deedlog.withIntent({ action: 'a.b', host: {}, fields: ['one', 'one.a', 'other'], data: { one, other } }, (audit) => {
          audit.metadata({ one, other });
          audit.values({ one, other });
          audit.changes({ one: { old: one as never, new: other as never }, two: other as never });
          audit.reason(one as never);
        });
        await deedlog.auditUpdate({ target: { type: 'A', id: 1 }, actor: userActor(1), before: one as never, data: { one, other }, fields: ['one', 'other'] as never });
        expect(store.activities).toHaveLength(2);
        for (const activity of store.activities) expect(JSON.stringify(activity).length).toBeLessThan(MAX_RECORD);
        store.clear();
      }),
      { numRuns: 1000 },
    );
  });

  test('is left as it is by plain JSON: what is already storable is not changed', () => {
    const clean = fc.jsonValue({ maxDepth: 5, stringUnit: fc.constantFrom('a', 'B', ' ', 'é', '🔑') });
    fc.assert(
      fc.property(clean, (value) => {
        const positiveZero = JSON.parse(JSON.stringify(value)) as unknown;
        expect(JSON.stringify(toJson(value, () => false))).toBe(JSON.stringify(positiveZero));
      }),
    );
  });
});

describe('getters', () => {
  test('are called at most once, and those of a class never', () => {
    const calls = Object.create(null) as Record<string, number>;
    const count = (name: string): number => (calls[name] = (calls[name] ?? 0) + 1);
    class Watched {}
    const names = ['a', 'toJSON', 'constructor', 'pipe', 'then', 'next', 'name', 'value', 'message', 'cause', 'size', 'length', 'getReader'];
    const value = new Watched();
    for (const name of names) Object.defineProperty(value, name, { enumerable: true, get: () => count(name) });
    for (const name of ['b', 'toJSON', 'pipe']) Object.defineProperty(Watched.prototype, name, { configurable: true, get: () => count(`class ${name}`) });
    toJson({ value, list: [value] }, isDenied);
    expect({ ...calls }).toEqual(Object.fromEntries(names.map((name) => [name, 2])));
  });

  test('of a denied key are not called', () => {
    const value = Object.defineProperty({}, 'password', { enumerable: true, get: () => { throw new Error('called'); } });
    expect(toJson(value, isDenied)).toEqual({ password: '***REDACTED***' });
  });

  test('of an iterator nothing is used up', () => {
    const generator = (function* () {
      yield 1;
    })();
    toJson({ generator }, isDenied);
    expect(generator.next()).toEqual({ value: 1, done: false });
  });
});

describe('safeText', () => {
  test('is idempotent on what it made, within its bound', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const safe = safeText(text);
      expect(safe.isWellFormed()).toBe(true);
      expect(safe).not.toMatch(/(?![\t\n\r])\p{Cc}/u);
      expect(safeText(safe)).toBe(safe);
    }));
  });

  test('keeps tabs and line breaks, and says how much it cut', () => {
    expect(safeText('a\tb\r\nc')).toBe('a\tb\r\nc');
    expect(safeText('x'.repeat(LIMITS.text + 5))).toBe(`${'x'.repeat(LIMITS.text)}…[+5 characters]`);
  });
});
