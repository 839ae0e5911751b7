import { UNKNOWN } from '@deedlog/core';
import { auditable } from '@deedlog/mikro-orm';
import { defineEntity, p, raw } from '@mikro-orm/core';
import { describe, expect, test } from 'vitest';
import { auditedOrm } from './audited-orm.ts';

const Order = defineEntity({
  name: 'Order',
  tableName: 'orders',
  properties: {
    id: p.integer().primary(),
    uid: p.uuid().defaultRaw('gen_random_uuid()'),
    status: p.string().default('new'),
    placedAt: p.datetime().defaultRaw('now()'),
    weight: p.decimal('string').precision(10).scale(2).defaultRaw('1.5'),
    price: p.integer(),
    count: p.integer().default(1),
    total: p.integer().generated((columns: Record<string, unknown>) => `(${String(columns['price'])} * ${String(columns['count'])}) stored`),
    day: p.date().generated(`(date '2026-01-02') stored`),
    slug: p.string().onCreate(() => 'made').onUpdate(() => 'touched'),
    version: p.integer().version(),
  },
});
auditable(Order, { trackFields: ['id', 'uid', 'status', 'placedAt', 'weight', 'price', 'count', 'total', 'day', 'slug', 'version'] });

/** Its key is made by the database. */
const Ticket = defineEntity({ name: 'Ticket', properties: { id: p.uuid().primary().defaultRaw('gen_random_uuid()'), changedAt: p.datetime().version(), text: p.string() } });
auditable(Ticket, { trackFields: ['id', 'changedAt', 'text'] });

const open = (): ReturnType<typeof auditedOrm> => auditedOrm([Order, Ticket]);

describe('what the database assigns', () => {
  test('to a new row is told, of one or of many', async () => {
    await using orm = await open();
    const effects = await orm.effectsOf(async (em) => {
      em.create(Order, { price: 3 } as never);
      await em.flush();
      for (const price of [4, 5]) em.create(Order, { price, status: price === 4 ? 'old' : undefined } as never);
    });
    expect(effects.map(([, , changes]) => news(changes))).toEqual(await rows(orm));
    expect(effects.map(([op, key]) => op + key)).toEqual(['I1', 'I2', 'I3']);
    expect(effects[1]?.[2]).toMatchObject({ total: [null, 4], status: [null, 'old'], weight: [null, '1.50'], slug: [null, 'made'] });
  });

  test('to a changed row is told, with what it was', async () => {
    await using orm = await open();
    await orm.effectsOf((em) => [1, 2].map((price) => em.create(Order, { price } as never)));
    const changed = { slug: ['made', 'touched'], version: [1, 2] };
    const many = await orm.effectsOf(async (em) => (await em.find(Order, {}, { orderBy: { id: 'asc' } })).forEach((order) => order.price++));
    expect(many).toEqual([
      ['U', '1', { price: [1, 2], total: [1, 2], ...changed }],
      ['U', '2', { price: [2, 3], total: [2, 3], ...changed }],
    ]);
    const one = await orm.effectsOf(async (em) => ((await em.findOneOrFail(Order, 1)).count = 3));
    expect(one).toEqual([['U', '1', { count: [1, 3], total: [2, 6], version: [2, 3] }]]);
  });

  test('to a row that was never loaded has unknown old values', async () => {
    await using orm = await open();
    await orm.effectsOf((em) => em.create(Order, { price: 3 } as never));
    expect(await orm.effectsOf((em) => (em.getReference(Order, 1).price = 9))).toEqual([
      ['U', '1', { day: [UNKNOWN, '2026-01-02'], slug: [UNKNOWN, 'touched'], price: [UNKNOWN, 9], total: [UNKNOWN, 9], version: [UNKNOWN, 2] }],
    ]);
  });

  test('as key or version by its clock is told', async () => {
    await using orm = await open();
    const effects = await orm.effectsOf(async (em) => {
      const ticket = em.create(Ticket, { text: 'a' } as never);
      await em.flush();
      ticket.text = 'b';
    });
    const [{ id, changed_at } = {}] = (await orm.client.query('select id, changed_at::text from ticket')).rows;
    expect(effects).toEqual([
      ['I', id, { id: [null, id], text: [null, 'a'], changedAt: [null, expect.any(String)] }],
      ['U', id, { text: ['a', 'b'], changedAt: [effects[0]?.[2]['changedAt']?.[1], new Date(String(changed_at)).toISOString()] }],
    ]);
  });
});

test('what a piece of SQL makes is told where MikroORM reads it back, else it is unknown: never the SQL', async () => {
  await using orm = await open();
  const effects = await orm.effectsOf(async (em) => {
    const order = em.create(Order, { price: raw('4 + 4') } as never);
    await em.flush();
    order.price = 2;
    await em.flush();
    order.count = raw('count + 1');
    await em.flush();
    order.count = raw('count + 2');
  });
  expect(effects.map(([op, , { price, count, total }]) => [op, { price, count, total }])).toEqual([
    ['I', { price: [null, UNKNOWN], count: [null, 1], total: [null, 8] }],
    ['U', { price: [UNKNOWN, 2], count: undefined, total: [8, 2] }],
    ['U', { price: undefined, count: [1, UNKNOWN], total: [2, 4] }],
    ['U', { price: undefined, count: [UNKNOWN, UNKNOWN], total: [4, 8] }],
  ]);
  const many = await orm.effectsOf(async (em) => {
    em.create(Order, { price: 1 } as never);
    await em.flush();
    for (const order of await em.find(Order, {}, { orderBy: { id: 'asc' } })) order.count = raw('count + 1');
  });
  expect(Object.fromEntries(many.filter(([op]) => op === 'U').map(([, key, { total }]) => [key, total]))).toEqual({ 1: [8, 10], 2: [1, 2] });
  const gone = await orm.effectsOf(async (em) => em.remove(await em.findOneOrFail(Order, 1)));
  expect(gone[0]?.[2]).toMatchObject({ count: [5, null], price: [2, null] });
});

type Changes = Readonly<Record<string, readonly [unknown, unknown]>>;

function news(changes: Changes): Record<string, unknown> {
  return Object.fromEntries(Object.entries(changes).map(([name, [, now]]) => [name, now]));
}

async function rows({ client }: Awaited<ReturnType<typeof open>>): Promise<Record<string, unknown>[]> {
  const { rows: found } = await client.query('select *, day::text, placed_at::text from orders order by id');
  return found.map(({ placed_at, ...row }) => ({ ...row, placedAt: new Date(String(placed_at)).toISOString() }));
}
