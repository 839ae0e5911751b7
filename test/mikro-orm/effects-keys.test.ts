import { UNKNOWN } from '@deedlog/core';
import { auditable } from '@deedlog/mikro-orm';
import { defineEntity, p } from '@mikro-orm/core';
import { expect, test } from 'vitest';
import { auditedOrm } from './audited-orm.ts';

const Country = defineEntity({ name: 'Country', properties: { code: p.string().primary(), name: p.string() } });
auditable(Country, { fields: { name: 'plain' } });

const Place = defineEntity({
  name: 'Place',
  properties: {
    country: () => p.manyToOne(Country).updateRule('cascade').primary(),
    row: p.string().primary(),
    kind: p.string().nullable(),
  },
});
auditable(Place, { fields: { kind: 'plain', row: 'redact' } });

const Visit = defineEntity({ name: 'Visit', properties: { at: p.datetime().primary(), big: p.bigint('bigint'), place: () => p.manyToOne(Place).nullable() } });
auditable(Visit, { fields: { big: 'plain', place: 'plain' } });

const open = (): ReturnType<typeof auditedOrm> => auditedOrm([Country, Place, Visit]);

test('a row that is given another key tells both, and has the new one', async () => {
  await using orm = await open();
  await orm.effectsOf((em) => em.create(Country, { code: 'de', name: 'Germany' }));
  expect(await orm.effectsOf(async (em) => em.assign(await em.findOneOrFail(Country, 'de'), { code: 'at' }))).toEqual([['U', 'at', { $key: ['de', 'at'] }]]);
  expect(await orm.effectsOf(async (em) => em.assign(await em.findOneOrFail(Country, 'at'), { code: 'ch', name: 'Swiss' }))).toEqual([
    ['U', 'ch', { $key: ['at', 'ch'], name: ['Germany', 'Swiss'] }],
  ]);
  expect((await orm.client.query('select * from country')).rows).toEqual([{ code: 'ch', name: 'Swiss' }]);
  expect(await orm.effectsOf(async (em) => em.assign(await em.findOneOrFail(Country, 'ch'), { name: 'Switzerland' }))).toEqual([
    ['U', 'ch', { name: ['Swiss', 'Switzerland'] }],
  ]);
});

test('so does one with a key of several parts, or of another form than text', async () => {
  await using orm = await open();
  const day = (text: string): Date => new Date(`${text}T00:00:00.000Z`);
  await orm.effectsOf((em) => {
    em.create(Country, { code: 'de', name: 'Germany' });
    em.create(Country, { code: 'at', name: 'Austria' });
    em.create(Place, { country: 'de', row: 'a:1' });
    em.create(Visit, { at: day('2026-01-01'), big: 1n });
  });
  const moved = await orm.effectsOf(async (em) => em.assign(await em.findOneOrFail(Place, { row: 'a:1' }), { row: 'b', country: 'at' }));
  expect(moved).toEqual([['U', 'at:b', { $key: ['de:a%3A1', 'at:b'], row: ['***REDACTED***', '***REDACTED***'] }]]);
  const later = await orm.effectsOf(async (em) => em.assign(await em.findOneOrFail(Visit, { big: 1n }), { at: day('2026-01-02') }));
  expect(later).toEqual([['U', '2026-01-02T00:00:00.000Z', { $key: ['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'] }]]);
  expect((await orm.effectsOf(async (em) => em.assign(await em.findOneOrFail(Visit, { big: 1n }), { big: 2n })))[0]?.[2]).toEqual({ big: ['1', '2'] });
});

test('keys that pass from row to row are told in their order, and a delete under a key that no row has is none', async () => {
  await using orm = await open();
  await orm.client.query(`insert into country values ('de', 'Germany'), ('at', 'Austria')`);
  const swapped = await orm.effectsOf(async (em) => {
    const [at, de] = await em.find(Country, {}, { orderBy: { code: 'asc' } });
    for (const [country, code] of [[at, 'tmp'], [de, 'at'], [at, 'de']] as const) {
      if (country !== undefined) country.code = code;
      await em.flush();
    }
  });
  expect(swapped).toEqual([['U', 'tmp', { $key: ['at', 'tmp'] }], ['U', 'at', { $key: ['de', 'at'] }], ['U', 'de', { $key: ['tmp', 'de'] }]]);
  const missed = await orm.effectsOf(async (em) => em.remove(em.assign(await em.findOneOrFail(Country, 'de'), { code: 'x' })));
  expect(missed).toEqual([]);
  expect((await orm.client.query('select * from country order by code')).rows).toEqual([{ code: 'at', name: 'Germany' }, { code: 'de', name: 'Austria' }]);
});

test('a row that was never loaded is deleted and updated with old values unknown, not null', async () => {
  await using orm = await open();
  await orm.client.query(`insert into country values ('de', 'Germany'), ('at', 'Austria')`);
  expect(await orm.effectsOf((em) => em.remove(em.getReference(Country, 'de')))).toEqual([['D', 'de', { name: [UNKNOWN, null] }]]);
  expect(await orm.effectsOf((em) => em.assign(em.getReference(Country, 'at'), { name: 'Ö' }))).toEqual([['U', 'at', { name: [UNKNOWN, 'Ö'] }]]);
});

test('what passes by the unit of work leaves no effect here: it is for the triggers', async () => {
  await using orm = await open();
  const effects = await orm.effectsOf(async (em) => {
    await em.upsert(Country, { code: 'de', name: 'Germany' });
    await em.upsertMany(Country, [{ code: 'de', name: 'D' }, { code: 'at', name: 'A' }]);
    await em.insert(Country, { code: 'ch', name: 'C' });
    await em.nativeUpdate(Country, { code: 'ch' }, { name: 'CH' });
    await em.nativeDelete(Country, { code: 'at' });
  });
  expect(effects).toEqual([]);
  expect((await orm.client.query('select code from country order by code')).rows).toEqual([{ code: 'ch' }, { code: 'de' }]);
  expect(await orm.effectsOf(async (em) => em.assign(await em.upsert(Country, { code: 'de', name: 'X' }), { name: 'Y' }))).toEqual([['U', 'de', { name: ['X', 'Y'] }]]);
});
