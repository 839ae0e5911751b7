import { UNKNOWN } from '@deedlog/core';
import { auditable } from '@deedlog/mikro-orm';
import { defineEntity, p } from '@mikro-orm/core';
import type { EntityManager, InferEntity, Loaded } from '@mikro-orm/core';
import { describe, expect, test } from 'vitest';
import { auditedOrm } from './audited-orm.ts';
import type { AuditedOrm } from './audited-orm.ts';

const Ward = defineEntity({
  name: 'Ward',
  properties: {
    id: p.integer().primary(),
    name: p.string(),
    beds: () => p.oneToMany(Bed).mappedBy('ward'),
    nurses: () => p.manyToMany(Nurse).inversedBy('wards'),
    drugs: () => p.manyToMany(Drug).pivotEntity(() => Stock),
    stocks: () => p.oneToMany(Stock).mappedBy('ward'),
  },
});
auditable(Ward, { trackFields: ['name', 'beds', 'nurses', 'drugs'] });

const Bed = defineEntity({ name: 'Bed', properties: { id: p.integer().primary(), code: p.string(), ward: () => p.manyToOne(Ward).nullable() } });
auditable(Bed, { trackFields: ['code', 'ward'] });

const Nurse = defineEntity({ name: 'Nurse', properties: { id: p.integer().primary(), name: p.string(), wards: () => p.manyToMany(Ward).mappedBy('nurses') } });
auditable(Nurse, { trackFields: ['name', 'wards'] });

const Drug = defineEntity({ name: 'Drug', properties: { id: p.integer().primary(), name: p.string() } });

const Stock = defineEntity({
  name: 'Stock',
  properties: { ward: () => p.manyToOne(Ward).primary(), drug: () => p.manyToOne(Drug).primary(), amount: p.integer().default(1) },
});
auditable(Stock, { trackFields: ['amount'] });

const Queue = defineEntity({ name: 'Queue', properties: { id: p.integer().primary(), waiting: () => p.manyToMany(Nurse).fixedOrder() } });
auditable(Queue, { trackFields: ['waiting'] });

const open = (): Promise<AuditedOrm> => auditedOrm([Ward, Bed, Nurse, Drug, Stock]);

/** A ward with two beds, two nurses and a drug. */
async function filled(): Promise<AuditedOrm> {
  const orm = await open();
  await orm.effectsOf((em) => em.create(Ward, { name: 'a', beds: [{ code: 'x' }, { code: 'y' }], nurses: [{ name: 'n1' }, { name: 'n2' }], drugs: [{ name: 'd1' }] } as never));
  return orm;
}

/** The effects of one flush, as `U ward 1` with changes. */
async function flushed(orm: AuditedOrm, body: (em: EntityManager) => unknown): Promise<Record<string, unknown>> {
  const { length } = await orm.effects();
  await orm.effectsOf(body);
  const effects = (await orm.effects()).slice(length).map(({ op, table, key, changes }) => [`${op} ${table.replace('public.', '')} ${key}`, changes] as const);
  expect(new Set(effects.map(([what]) => what)).size).toBe(effects.length);
  return Object.fromEntries(effects);
}

type LoadedWard = Loaded<InferEntity<typeof Ward>, 'beds' | 'nurses' | 'drugs'>;

const ward = (em: EntityManager, ...populate: ('beds' | 'nurses' | 'drugs')[]): Promise<LoadedWard> => em.findOneOrFail(Ward, 1, { populate }) as Promise<LoadedWard>;

describe('a 1:n collection that is named', () => {
  test('is told with the row that gets a bed, and with one that loses it', async () => {
    await using orm = await filled();
    expect(await flushed(orm, async (em) => (await ward(em, 'beds')).beds.add(em.create(Bed, { code: 'z' } as never)))).toEqual({
      'I bed 3': { code: [null, 'z'], ward: [null, '1'] },
      'U ward 1': { beds: [['1', '2'], ['1', '2', '3']] },
    });
    const taken = await flushed(orm, async (em) => {
      const { beds } = await ward(em, 'beds');
      beds.remove(beds[0]!);
    });
    expect(taken).toEqual({ 'U bed 1': { ward: ['1', null] }, 'U ward 1': { beds: [['1', '2', '3'], ['2', '3']] } });
  });

  test('is told where the other side is set, if it was loaded; else only the bed is', async () => {
    await using orm = await filled();
    expect(await flushed(orm, async (em) => em.create(Bed, { code: 'z', ward: await ward(em, 'beds') } as never))).toEqual({
      'I bed 3': { code: [null, 'z'], ward: [null, '1'] },
      'U ward 1': { beds: [['1', '2'], ['1', '2', '3']] },
    });
    expect(await flushed(orm, (em) => em.create(Bed, { code: 'zz', ward: 1 } as never))).toEqual({ 'I bed 4': { code: [null, 'zz'], ward: [null, '1'] } });
  });

  test('tells what was not loaded as unknown', async () => {
    await using orm = await filled();
    expect((await flushed(orm, async (em) => (await ward(em)).beds.add(em.create(Bed, { code: 'z' } as never))))['U ward 1']).toEqual({ beds: [[UNKNOWN], [UNKNOWN, '3']] });
    const partly = await flushed(orm, async (em) => {
      const { beds } = await ward(em);
      await beds.init({ where: { code: 'x' } });
      beds.add(em.create(Bed, { code: 'zz' } as never));
    });
    expect(partly['U ward 1']).toEqual({ beds: [[UNKNOWN, '1'], [UNKNOWN, '1', '4']] });
  });
});

describe('an m:n collection that is named', () => {
  test('is told by the side that knows it, of both where both do', async () => {
    await using orm = await filled();
    expect(await flushed(orm, async (em) => (await ward(em, 'nurses')).nurses.add(em.create(Nurse, { name: 'n3' } as never)))).toEqual({
      'I nurse 3': { name: [null, 'n3'], wards: [null, ['1']] },
      'U ward 1': { nurses: [['1', '2'], ['1', '2', '3']] },
    });
    const nurse = (em: EntityManager, id: number) => em.findOneOrFail(Nurse, id, { populate: ['wards'] });
    expect(await flushed(orm, async (em) => (await nurse(em, 3)).wards.removeAll())).toEqual({ 'U nurse 3': { wards: [['1'], []] } });
    const both = await flushed(orm, async (em) => {
      const known = await ward(em, 'nurses');
      (await nurse(em, 3)).wards.add(known);
    });
    expect(both).toEqual({ 'U nurse 3': { wards: [[], ['1']] }, 'U ward 1': { nurses: [['1', '2'], ['1', '2', '3']] } });
    expect((await orm.client.query('select * from ward_nurses order by nurse_id')).rows.map((row) => row['nurse_id'])).toEqual([1, 2, 3]);
  });

  test('tells what was not loaded as unknown, until it is replaced', async () => {
    await using orm = await filled();
    const added = await flushed(orm, async (em) => (await ward(em)).nurses.add(em.create(Nurse, { name: 'n3' } as never)));
    expect(added['U ward 1']).toEqual({ nurses: [[UNKNOWN], [UNKNOWN, '3']] });
    expect(await flushed(orm, async (em) => (await ward(em)).nurses.set([em.getReference(Nurse, 2)]))).toEqual({ 'U ward 1': { nurses: [UNKNOWN, ['2']] } });
    expect((await orm.client.query('select * from ward_nurses')).rows.map((row) => row['nurse_id'])).toEqual([2]);
  });

  test('is told of a row that goes, or is unknown', async () => {
    await using orm = await filled();
    expect((await flushed(orm, async (em) => em.remove(await ward(em, 'nurses'))))['D ward 1']).toEqual({
      name: ['a', null], nurses: [['1', '2'], null], beds: [UNKNOWN, null], drugs: [UNKNOWN, null],
    });
  });
});

test('nothing is told of a collection that is as it was', async () => {
  await using orm = await filled();
  expect(await flushed(orm, async (em) => (await ward(em, 'nurses', 'beds', 'drugs')).beds.getItems())).toEqual({});
  const reordered = await flushed(orm, async (em) => {
    const { nurses } = await ward(em, 'nurses');
    const [first] = nurses.getItems();
    nurses.remove(first!);
    nurses.add(first!);
  });
  expect(reordered).toEqual({});
  const renamed = await flushed(orm, async (em) => {
    const known = await ward(em, 'beds', 'nurses');
    known.beds.set(known.beds.getItems());
    known.nurses.set(known.nurses.getItems());
    known.name = 'b';
  });
  expect(renamed).toEqual({ 'U ward 1': { name: ['a', 'b'] } });
});

test('rows of a pivot entity are told as its own where they are entities, as the collection where it writes them', async () => {
  await using orm = await filled();
  expect(await flushed(orm, (em) => em.create(Stock, { ward: 1, drug: em.create(Drug, { name: 'd2' } as never), amount: 4 } as never))).toEqual({
    'I stock 1:2': { amount: [null, 4] },
  });
  expect(await flushed(orm, async (em) => ((await em.findOneOrFail(Stock, { amount: 4 })).amount = 5))).toEqual({ 'U stock 1:2': { amount: [4, 5] } });
  expect(await flushed(orm, async (em) => (await ward(em, 'drugs')).drugs.add(em.create(Drug, { name: 'd3' } as never)))).toEqual({
    'U ward 1': { drugs: [['1', '2'], ['1', '2', '3']] },
  });
});

test('a collection whose order is stored tells a change of order', async () => {
  await using orm = await auditedOrm([Queue, Nurse, Ward, Bed, Drug, Stock]);
  await flushed(orm, (em) => em.create(Queue, { waiting: [{ name: 'a' }, { name: 'b' }] } as never));
  const turned = await flushed(orm, async (em) => {
    const { waiting } = await em.findOneOrFail(Queue, 1, { populate: ['waiting'] });
    waiting.set(waiting.getItems().toReversed());
  });
  expect(turned).toEqual({ 'U queue 1': { waiting: [['1', '2'], ['2', '1']] } });
});
