import { createDiff, createDenyRule, toValueShape, userActor } from '@deedlog/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyChanges } from './support/apply-changes.ts';
import { poison, throwingProxy } from './support/poison.ts';
import { inMemory } from './support/set-up.ts';

const key = fc.oneof(fc.constantFrom('a', 'b', 'status', 'a.b', 'x[y]', '"', '', '[id=1]', '__proto__', 'constructor', 'id='), fc.string({ maxLength: 3 }));
const scalar = fc.oneof(fc.integer({ min: -2, max: 2 }), fc.constantFrom('', 'x', 'y'), fc.boolean(), fc.double({ noNaN: true, noDefaultInfinity: true }));
const { state } = fc.letrec<{ state: object; value: unknown; rows: object[] }>((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, scalar, tie('state'), fc.array(scalar, { maxLength: 3 }), tie('rows')),
  rows: fc.uniqueArray(fc.tuple(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom('p', 'q]', 'r"', 's.t', '')), tie('state')), { selector: ([id]) => String(id), maxLength: 4 }).map((rows) => rows.map(([id, rest]) => ({ ...rest, id }))),
  state: fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
}));

/** Whether two states are the same to a reader of the log: -0 is 0, lists with ids have no order. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(canonical);
    const rows = items.every((item) => typeof item === 'object' && item !== null && 'id' in item);
    return rows ? { rows: items.toSorted((a, b) => String((a as { id: unknown }).id).localeCompare(String((b as { id: unknown }).id))) } : items;
  }
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? 0 : value;
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== null && part !== undefined).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, part]) => [name, canonical(part)]));
}

describe('createDiff', () => {
  test('carried out on the old state gives the new one', () => {
    fc.assert(
      fc.property(state, state, (before, after) => {
        expect(canonical(applyChanges(before, createDiff(before, after)))).toEqual(canonical(after));
      }),
      { numRuns: 5000 },
    );
  });

  test('is empty if and only if nothing differs', () => {
    fc.assert(
      fc.property(state, state, (before, after) => {
        expect(createDiff(before, structuredClone(before))).toEqual({});
        const same = JSON.stringify(canonical(before)) === JSON.stringify(canonical(after));
        expect(Object.keys(createDiff(before, after)).length === 0).toBe(same);
      }),
      { numRuns: 2000 },
    );
  });

  test('backwards swaps old and new', () => {
    fc.assert(
      fc.property(state, state, (before, after) => {
        const swapped = Object.entries(createDiff(before, after)).map(([path, change]) => [path, { old: change.new, new: change.old }]);
        expect(Object.fromEntries(swapped)).toEqual(createDiff(after, before));
      }),
    );
  });

  test('changes neither side', () => {
    fc.assert(
      fc.property(state, state, (before, after) => {
        const copies = structuredClone([before, after]);
        createDiff(before, after);
        expect([before, after]).toEqual(copies);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['a field', { name: 'John', status: 'active' }, { name: 'John', status: 'inactive' }, { status: { old: 'active', new: 'inactive' } }],
    ['a field that is new', {}, { a: 1 }, { a: { old: null, new: 1 } }],
    ['a field that is gone', { a: 1 }, {}, { a: { old: 1, new: null } }],
    ['null and missing alike', { a: null, b: undefined }, { c: null, d: undefined }, {}],
    ['NaN, which equals itself', { a: Number.NaN }, { a: Number.NaN }, {}],
    ['nested objects by path', { address: { city: 'Bern', zip: 1 } }, { address: { city: 'Basel', zip: 1 } }, { 'address.city': { old: 'Bern', new: 'Basel' } }],
    ['an object that is replaced by something else', { a: { b: 1 } }, { a: 'b' }, { a: { old: { b: 1 }, new: 'b' } }],
    ['a list by id, moved', { items: [{ id: 1 }, { id: 2 }] }, { items: [{ id: 2 }, { id: 1 }] }, {}],
    ['a list by id', { items: [{ id: 1, n: 1 }, { id: 2, n: 2 }] }, { items: [{ id: 3, n: 3 }, { id: 1, n: 9 }] }, {
      'items[id=1].n': { old: 1, new: 9 },
      'items[id=2]': { old: { id: 2, n: 2 }, new: null },
      'items[id=3]': { old: null, new: { id: 3, n: 3 } },
    }],
    ['a list with an id twice, as a whole', { items: [{ id: 1, n: 1 }, { id: 1, n: 2 }] }, { items: [{ id: 1, n: 1 }] }, { items: { old: [{ id: 1, n: 1 }, { id: 1, n: 2 }], new: [{ id: 1, n: 1 }] } }],
    ['a list of scalars, as a whole', { tags: ['a', 'b'] }, { tags: ['b', 'a'] }, { tags: { old: ['a', 'b'], new: ['b', 'a'] } }],
    ['equal lists of objects without ids', { points: [{ x: 1 }, { y: [2] }] }, { points: [{ x: 1 }, { y: [2] }] }, {}],
    ['an empty list is not an empty object', { a: [] }, { a: {} }, { a: { old: [], new: {} } }],
    ['dates by time', { at: new Date(1) }, { at: new Date(1) }, {}],
    ['dates that differ', { at: new Date(1) }, { at: new Date(2) }, { at: { old: new Date(1), new: new Date(2) } }],
    ['invalid dates, which are equal', { at: new Date(Number.NaN) }, { at: new Date(Number.NaN) }, {}],
    ['bytes by content', { raw: Buffer.from('ab') }, { raw: new Uint8Array([97, 98]) }, {}],
    ['a root that was not there', null, { a: 1, b: { c: 2 } }, { a: { old: null, new: 1 }, b: { old: null, new: { c: 2 } } }],
    ['a root that is gone', { a: 1 }, undefined, { a: { old: 1, new: null } }],
    ['two roots that are not there', null, undefined, {}],
    ['lists as roots', [{ id: 1, n: 1 }], [{ id: 1, n: 2 }], { '[id=1].n': { old: 1, new: 2 } }],
    ['a list that was not there', null, [{ id: 1 }], { '[id=1]': { old: null, new: { id: 1 } } }],
  ])('%s', (_, before, after, changes) => {
    expect(createDiff(before, after)).toEqual(changes);
  });

  test('bytes that differ, Maps, Sets, URLs and patterns are compared by what they hold', () => {
    const pairs: [unknown, unknown][] = [
      [Buffer.from('ab'), Buffer.from('ac')],
      [new Uint8Array([1]).buffer, new Uint8Array([2]).buffer],
      [new Map([['a', 1]]), new Map([['a', 2]])],
      [new Map(), new Map([['a', 2]])],
      [new Set([1]), new Set([2])],
      [new Set([{ a: 1 }]), new Set([{ a: 2 }])],
      [new URL('https://a.example'), new URL('https://b.example')],
      [/a/g, /a/i],
      [new Number(1), new Number(2)],
      [Promise.resolve(1), Promise.resolve(1)],
    ];
    for (const [old, now] of pairs) expect(Object.keys(createDiff({ v: old }, { v: now })), String(old)).toEqual(['v']);
    const copies: [unknown, unknown][] = [
      [new Map([['a', { b: 1 }]]), new Map([['a', { b: 1 }]])],
      [new Set([1, 2]), new Set([2, 1])],
      [new Set([{ a: 1 }]), new Set([{ a: 1 }])],
      [new URL('https://a.example'), new URL('https://a.example')],
      [/a/g, /a/g],
      [new Uint8Array([1]).buffer, new Uint8Array([1]).buffer],
      [new String('a'), new String('a')],
    ];
    for (const [old, now] of copies) expect(createDiff({ v: old }, { v: now }), String(old)).toEqual({});
  });

  test('instances of classes are compared by their fields', () => {
    class Money {
      readonly amount: number;
      constructor(amount: number) {
        this.amount = amount;
      }
    }
    expect(createDiff({ price: new Money(1) }, { price: new Money(1) })).toEqual({});
    expect(createDiff({ price: new Money(1) }, { price: new Money(2) })).toEqual({ 'price.amount': { old: 1, new: 2 } });
  });

  test('leaves out what is excluded, by path or by name at any depth', () => {
    const before = { updatedAt: 1, address: { geo: 1, city: 'a', updatedAt: 1 }, geo: 1, items: [{ id: 1, geo: 1, updatedAt: 1 }] };
    const after = { updatedAt: 2, address: { geo: 2, city: 'b', updatedAt: 2 }, geo: 2, items: [{ id: 1, geo: 2, updatedAt: 2 }] };
    expect(Object.keys(createDiff(before, after, { exclude: ['updatedAt', 'address.geo', 'items.geo'] }))).toEqual(['address.city', 'geo']);
  });

  test('an excluded field is in no path', () => {
    fc.assert(
      fc.property(state, state, (before, after) => {
        for (const path of Object.keys(createDiff(before, after, { exclude: ['a', 'status'] }))) expect(path).not.toMatch(/(^|[.\]])(a|status)$/);
      }),
    );
  });

  test('compares a list by another property', () => {
    expect(createDiff({ l: [{ sku: 'x', n: 1 }] }, { l: [{ sku: 'x', n: 2 }] }, { identifyBy: 'sku' })).toEqual({ 'l[sku=x].n': { old: 1, new: 2 } });
  });

  test('__proto__ as a key is a key, and nothing is polluted', () => {
    const [before, after] = [JSON.parse('{"__proto__": {"admin": false}}'), JSON.parse('{"__proto__": {"admin": true}}')] as object[];
    const changes = createDiff(before, after);
    expect(Object.entries(changes)).toEqual([['__proto__.admin', { old: false, new: true }]]);
    expect(Object.entries(createDiff({}, JSON.parse('{"__proto__": 1}') as object))).toEqual([['__proto__', { old: null, new: 1 }]]);
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
    expect(Object.keys(toValueShape(createDiff({}, JSON.parse('{"__proto__": 1}') as object)).new_value)).toEqual(['__proto__']);
  });

  test('cycles end: equal ones are no change, different ones are', () => {
    const ring = (name: string): object => {
      const one: Record<string, unknown> = { name };
      const list: unknown[] = [one];
      list.push(list);
      return Object.assign(one, { self: one, list });
    };
    expect(createDiff(ring('a'), ring('a'))).toEqual({});
    expect(createDiff(ring('a'), ring('b'))).toHaveProperty('name', { old: 'a', new: 'b' });
  });

  test('lists that hold themselves, nesting 100,000 deep and parts that are shared over and over end', () => {
    const self = (): unknown[] => {
      const list: unknown[] = [];
      list.push(list);
      return list;
    };
    expect(createDiff({ l: self() }, { l: self() })).toEqual({});
    const deep = (bottom: number): object => {
      let value: unknown = bottom;
      for (let level = 0; level < 100_000; level++) value = level % 2 === 0 ? [value] : { value };
      return { value };
    };
    expect(createDiff(deep(1), deep(1))).toEqual({});
    expect(Object.keys(createDiff(deep(1), deep(2)))).toHaveLength(1);
    const shared = (leaf: number): object => {
      let value: object = { leaf };
      for (let level = 0; level < 7; level++) {
        const inner = value;
        value = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`k${n}`, inner]));
      }
      return value;
    };
    expect(createDiff(shared(1), shared(1))).toEqual({});
    expect(Object.keys(createDiff(shared(1), shared(2))).length).toBeGreaterThan(0);
  });

  test.each(poison)('takes %s on either side', (_, make) => {
    expect(() => [createDiff({ v: make() }, { v: make() }), createDiff({ v: make() }, { v: 1 }), createDiff(null, { v: [make()] })]).not.toThrow();
    expect(Object.keys(createDiff({ v: 1 }, { v: make() }))).not.toEqual([]);
  });

  test('a root that throws from every trap does not', () => {
    expect(() => createDiff(throwingProxy(), throwingProxy())).not.toThrow();
    expect(Object.keys(createDiff(throwingProxy(), { a: 1 }))).not.toEqual([]);
  });

  test('a million of items are compared', () => {
    const list = (last: number): number[] => Array.from({ length: 1_000_000 }, (_, n) => (n === 999_999 ? last : n));
    expect(createDiff({ l: list(1) }, { l: list(1) })).toEqual({});
    expect(Object.keys(createDiff({ l: list(1) }, { l: list(2) }))).toEqual(['l']);
  });
});

describe('toValueShape', () => {
  test('is the shape of create_diff_schema, as django-simple-eventlog documents it', () => {
    const before = { name: 'John', status: 'active', updated_at: 1 };
    const after = { name: 'John', status: 'inactive', updated_at: 2 };
    expect(toValueShape(createDiff(before, after, { exclude: ['updated_at'] }))).toEqual({ old_value: { status: 'active' }, new_value: { status: 'inactive' } });
  });

  test('of no changes is empty on both sides', () => {
    expect(toValueShape({})).toEqual({ old_value: {}, new_value: {} });
  });
});

describe('stored changes', () => {
  const isDenied = createDenyRule();

  test('redact what lies under a denied name, however the path is written', async () => {
    const { deedlog, only } = inMemory();
    const before = { user: { password: 'old-91' }, 'my.token': 'old-91', list: [{ id: 'q]', ssn: 'old-91' }], plain: 1 };
    const after = { user: { password: 'new-91' }, 'my.token': 'new-91', list: [{ id: 'q]', ssn: 'new-91' }], plain: 2 };
    await deedlog.trackActivity({ action: 'a.b', actor: userActor(1), changes: createDiff(before, after) });
    const { changes } = only();
    expect(JSON.stringify(changes)).not.toContain('-91');
    expect(Object.keys(changes ?? {})).toEqual(['user.password', '["my.token"]', 'list[id="q]"].ssn', 'plain']);
    expect([isDenied('password'), changes?.['plain']]).toEqual([true, { old: 1, new: 2 }]);
  });

  test('of a hundred thousand fields are bounded, and say how many are missing', async () => {
    const { deedlog, only } = inMemory();
    const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`field${n}`, n]));
    await deedlog.trackActivity({ action: 'a.b', actor: userActor(1), changes: createDiff({}, many) });
    const { changes } = only();
    const kept = Object.keys(changes ?? {}).length - 1;
    expect(kept).toBeGreaterThan(100);
    expect(changes?.['[more changes]']).toEqual({ old: null, new: 100_000 - kept });
    expect(JSON.stringify(changes).length).toBeLessThan(60_000);
  });

  test('an allow-list admits a field, what lies below it, and nothing else', async () => {
    const { deedlog, only } = inMemory();
    const before = { a: { x: 1, y: 1 }, b: { x: 1, y: 1 }, c: [{ id: 1, x: 1, y: 1 }], d: 1, constructor: 1 };
    const after = { a: { x: 2, y: 2 }, b: { x: 2, y: 2 }, c: [{ id: 1, x: 2, y: 2 }, { id: 2, x: 3, y: 3 }], d: 2, constructor: 2 };
    await deedlog.auditUpdate({ target: { type: 'A', id: 1 }, actor: userActor(1), before, data: after, fields: ['a', 'b.x', 'c.x'] });
    expect(only().changes).toEqual({
      'a.x': { old: 1, new: 2 },
      'a.y': { old: 1, new: 2 },
      'b.x': { old: 1, new: 2 },
      'c[id=1].x': { old: 1, new: 2 },
      'c[id=2]': { old: null, new: { x: 3 } },
    });
  });
});
