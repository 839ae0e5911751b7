import { UNKNOWN } from '@deedlog/core';
import { auditable } from '@deedlog/mikro-orm';
import { defineEntity, p } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/core';
import { describe, expect, test } from 'vitest';
import { auditedOrm } from './audited-orm.ts';
import type { AuditedOrm } from './audited-orm.ts';

const Geo = defineEntity({ name: 'Geo', embeddable: true, properties: { lat: p.double().nullable(), big: p.bigint('bigint').nullable() } });
const Home = defineEntity({
  name: 'Home',
  embeddable: true,
  properties: { street: p.string().nullable(), since: p.datetime().nullable(), geo: () => p.embedded(Geo).nullable(), doc: () => p.embedded(Geo).object().nullable() },
});
const Cat = defineEntity({ name: 'Cat', embeddable: true, discriminatorColumn: 'kind', properties: { kind: p.enum(['tom', 'kitten']), name: p.string() }, abstract: true });
const Tom = defineEntity({ name: 'Tom', embeddable: true, extends: Cat, discriminatorValue: 'tom', properties: { fights: p.integer().nullable() } });
const Kitten = defineEntity({ name: 'Kitten', embeddable: true, extends: Cat, discriminatorValue: 'kitten', properties: { toys: p.array().nullable() } });

const House = defineEntity({
  name: 'House',
  properties: {
    id: p.integer().primary(),
    name: p.string().nullable(),
    home: () => p.embedded(Home).nullable(),
    second: () => p.embedded(Home).object().nullable(),
    all: () => p.embedded(Home).array().nullable(),
    pet: () => p.embedded([Tom, Kitten]).nullable(),
    petDoc: () => p.embedded([Tom, Kitten]).object().nullable(),
  },
});
auditable(House, { trackFields: ['home', 'second', 'all', 'pet', 'petDoc', 'home.street', 'home.geo', 'home.geo.lat', 'home.doc', 'second.street', 'second.geo.big', 'all.street', 'pet.name', 'petDoc.name'] as never });

const since = new Date('2026-01-02T03:04:05.678Z');
const told = since.toISOString();
const geo = { lat: 1.5, big: 12n };
const geoTold = { lat: 1.5, big: '12' };

/** With everything in it. */
const full = {
  home: { street: 's', since, geo, doc: geo },
  second: { street: 's2', since, geo, doc: geo },
  all: [{ street: 'a', since, geo }, { street: 'b' }],
  pet: { kind: 'tom', name: 'T', fights: 2 },
  petDoc: { kind: 'kitten', name: 'K', toys: ['x'] },
};
const homeTold = { street: 's', since: told, geo: geoTold, doc: geoTold };
const secondTold = { ...homeTold, street: 's2' };

interface Place {
  street: string;
  since: Date | undefined;
  geo: { lat: number; big: bigint } | null;
  doc: { big: bigint };
}
interface FullHouse {
  name: string;
  home: Place | null | undefined;
  second: Place | null;
  all: Place[];
  pet: { name: string } | null;
  petDoc: { toys: string[] };
}

async function house(em: EntityManager, id = 1, fields?: string[]): Promise<FullHouse> {
  return (await em.findOneOrFail(House, id, fields === undefined ? {} : { fields: fields as never })) as unknown as FullHouse;
}

async function filled(): Promise<AuditedOrm> {
  const orm = await auditedOrm([House, Home, Geo, Cat, Tom, Kitten]);
  await orm.effectsOf((em) => em.create(House, full as never));
  return orm;
}

describe('embedded objects, in columns, as JSON, in lists, of several kinds', () => {
  test('are told whole or by the parts that are named', async () => {
    await using orm = await filled();
    expect((await orm.effects())[0]?.changes).toEqual({
      home: [null, homeTold], 'home.street': [null, 's'], 'home.geo': [null, geoTold], 'home.geo.lat': [null, 1.5], 'home.doc': [null, geoTold],
      second: [null, secondTold], 'second.street': [null, 's2'], 'second.geo.big': [null, '12'],
      all: [null, [{ street: 'a', since: told, geo: geoTold }, { street: 'b' }]], 'all.street': [null, ['a', 'b']],
      pet: [null, full.pet], 'pet.name': [null, 'T'], petDoc: [null, full.petDoc], 'petDoc.name': [null, 'K'],
    });
  });

  test('are told where a part of them changes, and not where none does', async () => {
    await using orm = await filled();
    expect(await orm.effectsOf(async (em) => ((await house(em)).name = 'x'))).toEqual([['U', '1', {}]]);
    const changed = await orm.effectsOf(async (em) => {
      const { home, second, all, petDoc } = await house(em);
      if (home?.geo) home.geo.lat = 2;
      if (second?.geo) second.geo.big = 14n;
      all.pop();
      petDoc.toys = ['y', 'z'];
    });
    expect(changed).toEqual([
      ['U', '1', {
        home: [homeTold, { ...homeTold, geo: { lat: 2, big: '12' } }], 'home.geo': [geoTold, { lat: 2, big: '12' }], 'home.geo.lat': [1.5, 2],
        second: [secondTold, { ...secondTold, geo: { lat: 1.5, big: '14' } }], 'second.geo.big': ['12', '14'],
        all: [[{ street: 'a', since: told, geo: geoTold }, { street: 'b' }], [{ street: 'a', since: told, geo: geoTold }]], 'all.street': [['a', 'b'], ['a']],
        petDoc: [full.petDoc, { ...full.petDoc, toys: ['y', 'z'] }],
      }],
    ]);
  });

  test('are told as null where they, or parts of them, are taken away', async () => {
    await using orm = await filled();
    const parts = await orm.effectsOf(async (em) => {
      const { home } = await house(em);
      if (home) Object.assign(home, { geo: null, since: undefined });
    });
    expect(parts).toEqual([['U', '1', { home: [homeTold, { street: 's', doc: geoTold }], 'home.geo': [geoTold, null], 'home.geo.lat': [1.5, null] }]]);
    const all = await orm.effectsOf(async (em) => Object.assign(await house(em), { home: undefined, second: null, all: [], pet: null }));
    expect(all).toEqual([
      ['U', '1', {
        home: [{ street: 's', doc: geoTold }, null], 'home.street': ['s', null], 'home.doc': [geoTold, null],
        second: [secondTold, null], 'second.street': ['s2', null], 'second.geo.big': ['12', null],
        all: [[{ street: 'a', since: told, geo: geoTold }, { street: 'b' }], []], 'all.street': [['a', 'b'], []],
        pet: [full.pet, null], 'pet.name': ['T', null],
      }],
    ]);
    expect((await orm.client.query('select home_street, home_since, home_geo_lat, second, "all"::text from house')).rows).toEqual([
      { home_street: null, home_since: null, home_geo_lat: null, second: null, all: '[]' },
    ]);
  });

  test('name what was not loaded of them as unknown', async () => {
    await using orm = await filled();
    const rest = { since: UNKNOWN, geo: UNKNOWN, doc: UNKNOWN };
    const street = await orm.effectsOf(async (em) => {
      const { home } = await house(em, 1, ['home.street']);
      if (home) home.street = 'u';
    });
    expect(street).toEqual([['U', '1', { home: [{ street: 's', ...rest }, { street: 'u', ...rest }], 'home.street': ['s', 'u'] }]]);
    const unseen = await orm.effectsOf(async (em) => em.assign((await house(em, 1, ['name'])) as object, { home: { street: 'q' } } as never));
    expect(unseen).toEqual([['U', '1', { home: [UNKNOWN, { street: 'q', ...rest }], 'home.street': [UNKNOWN, 'q'] }]]);
    expect((await orm.client.query('select home_street, home_geo_lat from house')).rows).toEqual([{ home_street: 'q', home_geo_lat: 1.5 }]);
  });
});

const Post = defineEntity({ name: 'Post', properties: { id: p.integer().primary(), text: p.string() } });
const Note = defineEntity({ name: 'Note', properties: { hall: p.integer().primary(), row: p.string().primary() } });
const Like = defineEntity({ name: 'Like', tableName: 'likes', properties: { id: p.integer().primary(), of: () => p.manyToOne([Post, Photo]).nullable(), note: () => p.manyToOne(Note).nullable() } });
const Photo = defineEntity({ name: 'Photo', properties: { id: p.integer().primary(), url: p.string() } });
auditable(Like, { trackFields: ['of', 'note'] as never });

test('a relation to one of several kinds tells the kind and the key', async () => {
  await using orm = await auditedOrm([Post, Note, Like, Photo]);
  const made = await orm.effectsOf((em) => em.create(Like, { of: em.create(Post, { text: 'x' } as never), note: em.create(Note, { hall: 1, row: 'a:1' }) } as never));
  expect(made).toEqual([['I', '1', { of: [null, { type: 'post', id: '1' }], note: [null, '1:a%3A1'] }]]);
  expect(await orm.effectsOf(async (em) => em.assign(await em.findOneOrFail(Like, 1), { of: em.create(Photo, { url: 'y' } as never), note: null } as never))).toEqual([
    ['U', '1', { of: [{ type: 'post', id: '1' }, { type: 'photo', id: '1' }], note: ['1:a%3A1', null] }],
  ]);
  expect(await orm.effectsOf(async (em) => em.remove(await em.findOneOrFail(Like, 1)))).toEqual([['D', '1', { of: [{ type: 'photo', id: '1' }, null] }]]);
});

describe('inheritance', () => {
  test('in a table for each: an update of one table alone tells the row once', async () => {
    await using orm = await auditedOrm([Vehicle, Truck, Crane]);
    await orm.effectsOf((em) => em.create(Crane, { plate: 'x', load: 1, height: 2 } as never));
    const touch = (change: object) => orm.effectsOf(async (em) => em.assign(await em.findOneOrFail(Crane, 1), change as never));
    expect(await touch({ height: 3 })).toEqual([['U', '1', { height: [2, 3] }]]);
    expect(await touch({ load: 5 })).toEqual([['U', '1', { load: [1, 5] }]]);
    expect(await touch({ plate: 'y' })).toEqual([['U', '1', { plate: ['x', 'y'] }]]);
    expect(await touch({ plate: 'z', load: 6, height: 7 })).toEqual([['U', '1', { plate: ['y', 'z'], load: [5, 6], height: [3, 7] }]]);
    expect(await orm.effectsOf(async (em) => em.assign(await em.findOneOrFail(Vehicle, 1), { plate: 'v' }))).toEqual([['U', '1', { plate: ['z', 'v'] }]]);
    expect(await orm.effectsOf(async (em) => em.remove(await em.findOneOrFail(Vehicle, 1)))).toEqual([['D', '1', { plate: ['v', null], load: [6, null], height: [7, null] }]]);
    expect(new Set((await orm.effects()).map(({ table }) => table))).toEqual(new Set(['public.crane']));
  });
});

const Vehicle = defineEntity({ name: 'Vehicle', inheritance: 'tpt', properties: { id: p.integer().primary(), plate: p.string() } });
const Truck = defineEntity({ name: 'Truck', extends: Vehicle, properties: { load: p.integer() } });
const Crane = defineEntity({ name: 'Crane', extends: Truck, properties: { height: p.integer() } });
auditable(Vehicle, { trackFields: ['plate'] });
auditable(Truck, { trackFields: ['load'] });
auditable(Crane, { trackFields: ['height'] });

test('a field of which nothing is stored is refused when deedlog is made', async () => {
  const Left = defineEntity({
    name: 'Left',
    properties: {
      id: p.integer().primary(),
      sum: p.integer().formula('1 + 1'),
      passing: p.string().persist(false).nullable(),
      right: () => p.oneToOne(Right).mappedBy('left').nullable(),
    },
  });
  const Right = defineEntity({ name: 'Right', properties: { id: p.integer().primary(), left: () => p.oneToOne(Left).owner().nullable() } });
  for (const field of ['sum', 'passing', 'right'] as const) {
    auditable(Left, { trackFields: [field] as never });
    await expect(auditedOrm([Left, Right])).rejects.toMatchObject({ code: 'MIKRO_ORM_FIELD_UNKNOWN' });
  }
  auditable(Right, { trackFields: ['left'] as never });
  auditable(Left, { trackFields: ['id'] });
  await using orm = await auditedOrm([Left, Right]);
  expect(await orm.effectsOf((em) => em.create(Left, { passing: 'x', right: {} } as never))).toEqual([['I', '1', { left: [null, '1'] }], ['I', '1', { id: [null, 1] }]]);
});
