import { createDeedlog, userActor } from '@deedlog/core';
import type { Activity, Deedlog, DeedlogError, DeedlogOptions } from '@deedlog/core';
import { auditable, mikroOrmStore } from '@deedlog/mikro-orm';
import { activityFromRow } from '@deedlog/postgres';
import { defineEntity, p } from '@mikro-orm/core';
import { testOrm } from '../support/database.ts';
import type { TestOrmOptions, TestOrmResource } from '../support/database.ts';

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

export interface EffectRow {
  readonly table: string;
  readonly op: string;
  readonly key: string;
  readonly changes: Readonly<Record<string, readonly [unknown, unknown]>>;
  readonly activityId: string | null;
}

export interface EffectWard extends TestOrmResource {
  readonly deedlog: Deedlog;
  readonly problems: DeedlogError[];
  activities(): Promise<Activity[]>;
  effects(): Promise<EffectRow[]>;
  /** Runs `body` as an intent of user 7. */
  act<Result>(body: () => Promise<Result>): Promise<Result>;
}

export async function openWard(options: Partial<Omit<DeedlogOptions, 'actor' | 'store'>> & { readonly orm?: TestOrmOptions } = {}): Promise<EffectWard> {
  const { orm: ormOptions, ...rest } = options;
  const database = await testOrm([Team, Label, Person, Seat, Booking, Animal, Dog, Vehicle, Truck], ormOptions);
  const problems: DeedlogError[] = [];
  const deedlog = createDeedlog({
    onProblem: (problem) => problems.push(problem),
    ...rest,
    actor: () => userActor(7),
    store: mikroOrmStore(database.orm, { hashKey: 'a test key' }),
  });
  const { client } = database;
  return {
    ...database,
    deedlog,
    problems,
    activities: async () => (await client.query('select * from deedlog.activity order by recorded_at, ctid')).rows.map(activityFromRow),
    effects: async () =>
      (
        await client.query(
          `select r.name as "table", op::text as op, pk as key, changes, activity_id::text as "activityId"
           from deedlog.effect e join deedlog.relation r on r.id = tbl order by e.id`,
        )
      ).rows as unknown as EffectRow[],
    act: (body) => deedlog.withIntent({ action: 'ward.act', host: {} }, body),
    async [Symbol.asyncDispose]() {
      await deedlog.close();
      await database[Symbol.asyncDispose]();
    },
  };
}
