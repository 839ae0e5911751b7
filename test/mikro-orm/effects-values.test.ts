import { REDACTED, UNKNOWN } from '@deedlog/core';
import { auditable } from '@deedlog/mikro-orm';
import { defineEntity, p, Type } from '@mikro-orm/core';
import type { ScalarReference } from '@mikro-orm/core';
import { describe, expect, test } from 'vitest';
import { auditedOrm } from './audited-orm.ts';

class Money {
  readonly cents: number;

  constructor(cents: number) {
    this.cents = cents;
  }
}

class MoneyType extends Type<Money, number> {
  override convertToDatabaseValue(value: Money): number {
    return value instanceof Money ? value.cents : value;
  }

  override convertToJSValue(value: number | Money): Money {
    return typeof value === 'number' ? new Money(value) : value;
  }

  override getColumnType(): string {
    return 'int';
  }

  override compareAsType(): string {
    return 'number';
  }
}

const Thing = defineEntity({
  name: 'Thing',
  properties: {
    id: p.integer().primary(),
    note: p.string().nullable(),
    flag: p.boolean().nullable(),
    small: p.smallint().nullable(),
    double: p.double().nullable(),
    float: p.float().nullable(),
    decimal: p.decimal('string').precision(10).scale(2).nullable(),
    decimalNumber: p.decimal('number').precision(10).scale(2).nullable(),
    bigText: p.bigint('string').nullable(),
    bigNumber: p.bigint('number').nullable(),
    big: p.bigint('bigint').nullable(),
    bytes: p.uint8array().nullable(),
    blob: p.blob().nullable(),
    day: p.date().nullable(),
    moment: p.datetime().nullable(),
    time: p.time().nullable(),
    interval: p.interval().nullable(),
    words: p.array().nullable(),
    numbers: p.array(Number).nullable(),
    kinds: p.enum(['a', 'b', 'c']).array().nullable(),
    doc: p.json<unknown>().nullable(),
    uuid: p.uuid().nullable(),
    money: p.type(MoneyType).nullable(),
    long: p.text().lazy().nullable(),
    longRef: p.text().lazy().ref().nullable(),
    hidden: p.string().hidden().nullable(),
    unnamed: p.string().nullable(),
  },
});
auditable(Thing, {
  trackFields: [
    'note', 'flag', 'small', 'double', 'float', 'decimal', 'decimalNumber', 'bigText', 'bigNumber', 'big', 'bytes', 'blob', 'day', 'moment', 'time',
    'interval', 'words', 'numbers', 'kinds', 'doc', 'uuid', 'money', 'long', 'longRef', 'hidden',
  ],
});

const Form = defineEntity({
  name: 'Form',
  properties: { id: p.integer().primary(), doc: p.json<object>(), hashed: p.json<object>(), count: p.integer() },
});
auditable(Form, { fields: { doc: 'plain', hashed: 'hash', count: 'plain' } });

/** Each field with a value and how an effect tells it, then with another. */
const VALUES: Readonly<Record<string, readonly [value: unknown, told: unknown, next: unknown, nextTold: unknown]>> = {
  note: ['n', 'n', 'm', 'm'],
  flag: [true, true, false, false],
  small: [3, 3, 0, 0],
  double: [1.5, 1.5, -0.1, -0.1],
  float: [2.5, 2.5, 3.25, 3.25],
  decimal: ['1.10', '1.10', '12345678.25', '12345678.25'],
  decimalNumber: [2.25, 2.25, 0.5, 0.5],
  bigText: ['9007199254740993', '9007199254740993', '-1', '-1'],
  bigNumber: [12, 12, 13, 13],
  big: [9007199254740993n, '9007199254740993', 9007199254740995n, '9007199254740995'],
  bytes: [new Uint8Array([1, 2]), '\\x0102', new Uint8Array([1, 255]), '\\x01ff'],
  blob: [Buffer.from([3, 4]), '\\x0304', Buffer.from([]), '\\x'],
  day: ['2026-01-02', '2026-01-02', '1999-12-31', '1999-12-31'],
  moment: [new Date('2026-01-02T03:04:05.678Z'), '2026-01-02T03:04:05.678Z', new Date(0), '1970-01-01T00:00:00.000Z'],
  time: ['10:11:12', '10:11:12', '00:00:00', '00:00:00'],
  interval: ['1 day', '1 day', '02:03:00', '2 hours 3 minutes'],
  words: [['x', 'y,z', '"'], ['x', 'y,z', '"'], [], []],
  numbers: [[1, 2], [1, 2], [2, 1], [2, 1]],
  kinds: [['a', 'b'], ['a', 'b'], ['b'], ['b']],
  doc: [{ a: [1, { b: null }], text: 'ü', token: 't' }, { a: [1, { b: null }], text: 'ü', token: REDACTED }, '17', '17'],
  uuid: ['018f0000-0000-7000-8000-000000000001', '018f0000-0000-7000-8000-000000000001', '018f0000-0000-7000-8000-000000000002', '018f0000-0000-7000-8000-000000000002'],
  money: [new Money(5), { cents: 5 }, new Money(6), { cents: 6 }],
  long: ['l', 'l', 'l2', 'l2'],
  longRef: ['r', 'r', 'r2', 'r2'],
  hidden: ['h', 'h', 'h2', 'h2'],
};

type Changes = Readonly<Record<string, readonly [unknown, unknown]>>;

function valuesAt(place: 0 | 2): Record<string, unknown> {
  return Object.fromEntries(Object.entries(VALUES).map(([name, values]) => [name, values[place]]));
}

function told(pair: (first: unknown, second: unknown, name: string) => readonly [unknown, unknown]): Changes {
  return Object.fromEntries(Object.entries(VALUES).map(([name, [, first, , second]]) => [name, pair(first, second, name)]));
}

function change(thing: object, { longRef, ...values }: Record<string, unknown>): void {
  Object.assign(thing, values);
  (thing as { longRef: ScalarReference<unknown> }).longRef.set(longRef);
}

const open = (): ReturnType<typeof auditedOrm> => auditedOrm([Thing]);
const loaded = { populate: ['long', 'longRef'] } as const;

describe('values of every type', () => {
  test('are told as the entity has them when a row comes, changes and goes', async () => {
    await using orm = await open();
    expect(await orm.effectsOf((em) => em.create(Thing, valuesAt(0) as never))).toEqual([['I', '1', told((first) => [null, first])]]);
    expect(await orm.effectsOf(async (em) => change(await em.findOneOrFail(Thing, 1, loaded), valuesAt(2)))).toEqual([['U', '1', told((first, second) => [first, second])]]);
    expect(await orm.effectsOf(async (em) => em.remove(await em.findOneOrFail(Thing, 1, loaded)))).toEqual([['D', '1', told((_, second) => [second, null])]]);
  });

  test('are told the same by the EntityManager that wrote the row', async () => {
    await using orm = await open();
    const effects = await orm.effectsOf(async (em) => {
      const thing = em.create(Thing, { longRef: null } as never);
      await em.flush();
      change(thing, valuesAt(0));
      await em.flush();
      change(thing, valuesAt(2));
      await em.flush();
      em.remove(thing);
    });
    expect(effects).toEqual([
      ['I', '1', {}],
      ['U', '1', told((first) => [null, first])],
      ['U', '1', told((first, second) => [first, second])],
      ['D', '1', told((_, second) => [second, null])],
    ]);
  });

  test('that stay are not told, however the row was read', async () => {
    await using orm = await open();
    const touched = await orm.effectsOf(async (em) => {
      const thing = em.create(Thing, valuesAt(0) as never);
      await em.flush();
      thing.unnamed = 'x';
    });
    expect(touched.slice(1)).toEqual([['U', '1', {}]]);
    expect(await orm.effectsOf(async (em) => ((await em.findOneOrFail(Thing, 1, loaded)).unnamed = 'y'))).toEqual([['U', '1', {}]]);
    const again = await orm.effectsOf(async (em) => {
      const thing = await em.findOneOrFail(Thing, 1, loaded);
      change(thing, { ...valuesAt(0), decimal: '1.1', interval: '24 hours' });
      thing.interval = '1 day';
      thing.unnamed = 'z';
    });
    expect(again).toEqual([['U', '1', {}]]);
  });

  test('that were never loaded are unknown as old values', async () => {
    await using orm = await open();
    await orm.effectsOf((em) => em.create(Thing, valuesAt(0) as never));
    const partly = await orm.effectsOf(async (em) => change(await em.findOneOrFail(Thing, 1, { fields: ['note'] }), { note: 'p', longRef: 'p', flag: false }));
    expect(partly).toEqual([['U', '1', { note: ['n', 'p'], longRef: [UNKNOWN, 'p'], flag: [UNKNOWN, false] }]]);
    const removed = await orm.effectsOf(async (em) => em.remove(await em.findOneOrFail(Thing, 1)));
    expect(removed[0]?.[2]).toMatchObject({ note: ['p', null], long: [UNKNOWN, null], longRef: [UNKNOWN, null] });
  });

  test('of an interval keep the words of the application', async () => {
    await using orm = await open();
    const effects = await orm.effectsOf(async (em) => {
      const thing = em.create(Thing, { interval: '2 hours 3 minutes' } as never);
      await em.flush();
      thing.interval = '90 seconds';
    });
    expect(effects.map(([, , changes]) => changes)).toEqual([{ interval: [null, '2 hours 3 minutes'] }, { interval: ['2 hours 3 minutes', '90 seconds'] }]);
    expect(await orm.effectsOf(async (em) => ((await em.findOneOrFail(Thing, 1)).unnamed = 'x'))).toEqual([['U', '1', {}]]);
  });

  test('that are set to null or to nothing are told as null where the row has null', async () => {
    await using orm = await open();
    await orm.effectsOf((em) => em.create(Thing, valuesAt(0) as never));
    const emptied = await orm.effectsOf(async (em) => {
      const thing = await em.findOneOrFail(Thing, 1);
      Object.assign(thing, { note: null, flag: undefined, doc: null, words: undefined });
    });
    expect((await orm.client.query('select note, flag, doc, words from thing')).rows).toEqual([{ note: null, flag: null, doc: null, words: null }]);
    expect(emptied).toEqual([['U', '1', { note: ['n', null], flag: [true, null], doc: [VALUES['doc']?.[1], null], words: [['x', 'y,z', '"'], null] }]]);
  });
});

describe('JSON', () => {
  test('keeps its own types: a text that looks like a number stays one', async () => {
    await using orm = await open();
    const docs = ['17', 17, 'true', true, '{"a":1}', { a: 1 }, [], '', 'null', ['1']];
    for (const [index, doc] of docs.entries()) {
      await orm.effectsOf((em) => em.create(Thing, { doc } as never));
      expect(await orm.effectsOf(async (em) => (await em.findOneOrFail(Thing, index + 1)).doc = { now: index })).toEqual([['U', String(index + 1), { doc: [doc, { now: index }] }]]);
    }
  });

  test('is the same in whatever order its keys stand, and so is its hash', async () => {
    await using orm = await auditedOrm([Form]);
    const made = await orm.effectsOf((em) => em.create(Form, { doc: { long: 1, b: [{ y: 1, x: 2 }] }, hashed: { long: 1, b: 2 }, count: 0 }));
    const same = await orm.effectsOf(async (em) => em.assign(await em.findOneOrFail(Form, 1), { doc: { b: [{ x: 2, y: 1 }], long: 1 }, count: 1 }, { mergeObjectProperties: false }));
    expect(same).toEqual([['U', '1', { count: [0, 1] }]]);
    const again = await orm.effectsOf((em) => em.create(Form, { doc: {}, hashed: { b: 2, long: 1 }, count: 0 }));
    expect(again[0]?.[2]['hashed']).toEqual(made[0]?.[2]['hashed']);
    const gone = await orm.effectsOf(async (em) => em.remove(await em.findOneOrFail(Form, 1)));
    expect(gone[0]?.[2]['hashed']).toEqual([made[0]?.[2]['hashed']?.[1], null]);
  });

  test('is redacted by the rule of the set-up', async () => {
    await using orm = await auditedOrm([Thing], { redact: { deny: ['diagnosis'], allow: ['token'] } });
    const doc = { diagnosis: 'flu', token: 'harmless', password: 'x', list: [{ diagnosis: 'cold' }] };
    expect((await orm.effectsOf((em) => em.create(Thing, { doc } as never)))[0]?.[2]).toEqual({
      doc: [null, { diagnosis: REDACTED, token: 'harmless', password: REDACTED, list: [{ diagnosis: REDACTED }] }],
    });
  });
});
