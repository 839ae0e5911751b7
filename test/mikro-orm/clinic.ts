import { createDeedlog, userActor } from '@deedlog/core';
import type { Activity, Deedlog, DeedlogError, DeedlogOptions } from '@deedlog/core';
import { mikroOrmStore } from '@deedlog/mikro-orm';
import type { MikroOrmStoreOptions } from '@deedlog/mikro-orm';
import { activityFromRow } from '@deedlog/postgres';
import { defineEntity, p } from '@mikro-orm/core';
import type { InferEntity } from '@mikro-orm/core';
import { testOrm } from '../support/database.ts';
import type { TestOrmOptions, TestOrmResource } from '../support/database.ts';

export const Ward = defineEntity({
  name: 'Ward',
  properties: { id: p.integer().primary(), name: p.string() },
});

export const Patient = defineEntity({
  name: 'Patient',
  properties: {
    id: p.integer().primary(),
    name: p.string(),
    ward: () => p.manyToOne(Ward).nullable(),
    tags: () => p.manyToMany(Tag),
  },
});

export const Tag = defineEntity({
  name: 'Tag',
  properties: { id: p.integer().primary(), name: p.string() },
});

/** With a composite key, of which one part is a relation and one a text. */
export const Stay = defineEntity({
  name: 'Stay',
  properties: { patient: () => p.manyToOne(Patient).primary(), bed: p.string().primary(), nights: p.integer() },
});

export type PatientEntity = InferEntity<typeof Patient>;

export interface Clinic extends TestOrmResource {
  readonly deedlog: Deedlog;
  /** What deedlog reported without failing the caller. */
  readonly problems: DeedlogError[];
  /** What is durable, oldest first. */
  activities(): Promise<Activity[]>;
  /** Runs `body` as an intent `patient.admit` of user 7. */
  admit<Result>(body: () => Promise<Result>): Promise<Result>;
  patients(): Promise<string[]>;
}

interface ClinicOptions extends Partial<Omit<DeedlogOptions, 'actor' | 'store'>> {
  readonly store?: MikroOrmStoreOptions;
  readonly orm?: TestOrmOptions;
}

/** A small clinic with deedlog on a database of its own. */
export async function openClinic({ store, orm: ormOptions, ...options }: ClinicOptions = {}): Promise<Clinic> {
  const database = await testOrm([Ward, Patient, Tag, Stay], ormOptions);
  const problems: DeedlogError[] = [];
  const deedlog = createDeedlog({
    onProblem: (problem) => problems.push(problem),
    ...options,
    actor: () => userActor(7),
    store: mikroOrmStore(database.orm, store),
  });
  const { client } = database;
  return {
    ...database,
    deedlog,
    problems,
    activities: async () => (await client.query('select * from deedlog.activity order by recorded_at, ctid')).rows.map(activityFromRow),
    admit: (body) => deedlog.withIntent({ action: 'patient.admit', host: {} }, body),
    patients: async () => (await client.query('select name from patient order by id')).rows.map((row) => String(row['name'])),
    async [Symbol.asyncDispose]() {
      await deedlog.close();
      await database[Symbol.asyncDispose]();
    },
  };
}
