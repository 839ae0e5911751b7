import { auditable } from '@deedlog/mikro-orm';
import { defineEntity, p } from '@mikro-orm/core';

export const Place = defineEntity({
  name: 'Place',
  embeddable: true,
  properties: { street: p.string().nullable(), city: p.string().nullable() },
});

export const Mark = defineEntity({ name: 'Mark', tableName: 'mark', properties: { id: p.integer().primary(), name: p.string() } });

/** `lane` keeps the rows of concurrent requests apart; `stamp` says in which scope and intent the row was last flushed. */
export const Owner = defineEntity({
  name: 'Owner',
  tableName: 'owner',
  properties: {
    id: p.integer().primary(),
    lane: p.integer(),
    stamp: p.string().nullable(),
    code: p.string().unique(),
    count: p.integer(),
    big: p.bigint('bigint').nullable(),
    notes: p.json<Record<string, unknown>>().nullable(),
    born: p.datetime().nullable(),
    home: () => p.embedded(Place).nullable(),
    marks: () => p.manyToMany(Mark),
  },
});
auditable(Owner, {
  fields: {
    lane: 'plain', stamp: 'plain', code: 'plain', count: 'plain', big: 'plain', notes: 'plain', born: 'plain',
    'home.street': 'plain', 'home.city': 'plain', marks: 'plain',
  },
});

export const Seat = defineEntity({
  name: 'Seat',
  tableName: 'seat',
  properties: { hall: p.string().primary(), row: p.integer().primary(), lane: p.integer(), stamp: p.string().nullable(), count: p.integer() },
});
auditable(Seat, { trackFields: ['hall', 'row', 'lane', 'stamp', 'count'] });

export const Animal = defineEntity({
  name: 'Animal',
  tableName: 'animal',
  discriminatorColumn: 'kind',
  discriminatorValue: 'animal',
  properties: { id: p.integer().primary(), kind: p.string(), lane: p.integer(), stamp: p.string().nullable(), count: p.integer() },
});
export const Dog = defineEntity({ name: 'Dog', extends: Animal, discriminatorValue: 'dog', properties: { trick: p.string().nullable() } });
auditable(Animal, { trackFields: ['kind', 'lane', 'stamp', 'count'] });
auditable(Dog, { trackFields: ['trick'] });
