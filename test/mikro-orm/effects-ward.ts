import { auditable } from '@deedlog/mikro-orm';
import { defineEntity, p } from '@mikro-orm/core';
import { auditedOrm } from './audited-orm.ts';
import type { AuditedOrm, AuditedOrmOptions } from './audited-orm.ts';

export const Address = defineEntity({
  name: 'Address',
  embeddable: true,
  properties: { street: p.string().nullable(), city: p.string().nullable() },
});

export const Team = defineEntity({ name: 'Team', properties: { id: p.integer().primary(), name: p.string() } });
auditable(Team, { fields: { name: 'plain' } });

export const Label = defineEntity({ name: 'Label', properties: { id: p.integer().primary(), name: p.string() } });

export const Person = defineEntity({
  name: 'Person',
  tableName: 'people',
  properties: {
    id: p.integer().primary(),
    fullName: p.string(),
    email: p.string().nullable(),
    password: p.string().nullable(),
    secret: p.string().nullable(),
    balance: p.bigint('bigint').nullable(),
    born: p.datetime().nullable(),
    notes: p.json<Record<string, unknown>>().nullable(),
    tags: p.array().nullable(),
    status: p.enum(['in', 'out']).nullable(),
    bio: p.text().lazy().nullable(),
    deletedAt: p.datetime().nullable(),
    version: p.integer().version(),
    home: () => p.embedded(Address).nullable(),
    work: () => p.embedded(Address).object().nullable(),
    team: () => p.manyToOne(Team).nullable(),
    labels: () => p.manyToMany(Label),
  },
});
auditable(Person, {
  fields: {
    fullName: 'plain',
    email: 'hash',
    password: 'redact',
    balance: 'plain',
    born: 'plain',
    notes: 'plain',
    tags: 'plain',
    status: 'plain',
    bio: 'plain',
    deletedAt: 'plain',
    version: 'plain',
    'home.city': 'plain',
    'work.city': 'plain',
    team: 'plain',
    labels: 'plain',
  },
  label: (person) => person.fullName,
});

export const Seat = defineEntity({
  name: 'Seat',
  properties: { person: () => p.manyToOne(Person).primary(), row: p.string().primary(), kind: p.string().nullable() },
});
auditable(Seat, { trackFields: ['kind', 'person'], sensitiveFields: ['row'] });

export const Booking = defineEntity({
  name: 'Booking',
  properties: { id: p.integer().primary(), seat: () => p.manyToOne(Seat).nullable() },
});
auditable(Booking, { trackFields: ['seat'] });

/** One table for all. */
export const Animal = defineEntity({
  name: 'Animal',
  discriminatorColumn: 'kind',
  discriminatorValue: 'animal',
  properties: { id: p.integer().primary(), kind: p.string(), name: p.string() },
});
export const Dog = defineEntity({ name: 'Dog', extends: Animal, discriminatorValue: 'dog', properties: { trick: p.string().nullable() } });
auditable(Animal, { trackFields: ['name'] });
auditable(Dog, { trackFields: ['trick'] });

/** A table for each. */
export const Vehicle = defineEntity({ name: 'Vehicle', inheritance: 'tpt', properties: { id: p.integer().primary(), plate: p.string() } });
export const Truck = defineEntity({ name: 'Truck', extends: Vehicle, properties: { load: p.integer() } });
auditable(Vehicle, { trackFields: ['plate'] });
auditable(Truck, { trackFields: ['load'] });

/** An orm over all of them. */
export type EffectWard = AuditedOrm;

export function openWard(options: AuditedOrmOptions = {}): Promise<EffectWard> {
  return auditedOrm([Team, Label, Person, Seat, Booking, Animal, Dog, Vehicle, Truck], options);
}
