import { auditable } from '@deedlog/mikro-orm';
import { defineEntity, p } from '@mikro-orm/core';

/**
 * Every audited row has: `lane`, which keeps the rows of concurrent requests apart; `stamp`, which each flush that writes the row
 * fills with the scope and intent that it runs in, and a number that no other flush has; `count`, which programs change.
 */
const common = {
  lane: p.string(),
  stamp: p.string().nullable(),
  count: p.integer(),
};
const COMMON = { lane: 'plain', stamp: 'plain', count: 'plain' } as const;

export const Place = defineEntity({
  name: 'Place',
  embeddable: true,
  properties: { street: p.string().nullable(), city: p.string().nullable() },
});

export const Mark = defineEntity({ name: 'Mark', tableName: 'mark', properties: { id: p.integer().primary(), name: p.string() } });

export const Owner = defineEntity({
  name: 'Owner',
  tableName: 'owner',
  properties: {
    id: p.integer().primary(),
    ...common,
    code: p.string().unique(),
    big: p.bigint('bigint').nullable(),
    notes: p.json<Record<string, unknown>>().nullable(),
    tags: p.array().nullable(),
    status: p.enum(['in', 'out']).nullable(),
    born: p.datetime().nullable(),
    deletedAt: p.datetime().nullable(),
    home: () => p.embedded(Place).nullable(),
    work: () => p.embedded(Place).object().nullable(),
    marks: () => p.manyToMany(Mark),
  },
});
auditable(Owner, {
  fields: {
    ...COMMON,
    code: 'plain', big: 'plain', notes: 'plain', tags: 'plain', status: 'plain', born: 'plain', deletedAt: 'plain',
    'home.street': 'plain', 'home.city': 'plain', work: 'plain', marks: 'plain',
  },
});

/** A composite key. */
export const Seat = defineEntity({
  name: 'Seat',
  tableName: 'seat',
  properties: { hall: p.string().primary(), row: p.integer().primary(), ...common },
});
auditable(Seat, { fields: { hall: 'plain', row: 'plain', ...COMMON } });

/** One table for all, and a version. */
export const Animal = defineEntity({
  name: 'Animal',
  tableName: 'animal',
  discriminatorColumn: 'kind',
  discriminatorValue: 'animal',
  properties: { id: p.integer().primary(), kind: p.string(), ...common, version: p.integer().version() },
});
export const Dog = defineEntity({ name: 'Dog', extends: Animal, discriminatorValue: 'dog', properties: { trick: p.string().nullable() } });
auditable(Animal, { fields: { kind: 'plain', ...COMMON, version: 'plain' } });
auditable(Dog, { trackFields: ['trick'] });

/** A table for each. */
export const Vehicle = defineEntity({
  name: 'Vehicle',
  tableName: 'vehicle',
  inheritance: 'tpt',
  properties: { id: p.integer().primary(), ...common },
});
export const Truck = defineEntity({ name: 'Truck', tableName: 'truck', extends: Vehicle, properties: { load: p.integer() } });
auditable(Vehicle, { fields: COMMON });
auditable(Truck, { trackFields: ['load'] });

export const ENTITIES = { owner: Owner, seat: Seat, dog: Dog, truck: Truck } as const;
export type Kind = keyof typeof ENTITIES;
export const KINDS: readonly Kind[] = ['owner', 'seat', 'dog', 'truck'];
