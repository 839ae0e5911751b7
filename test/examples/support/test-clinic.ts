import { activitiesSince, connect, SEED_PASSWORD, startClinic } from 'clinic';
import type { Clinic, Clients } from 'clinic';
import type { Activity } from '@deedlog/core';
import { databaseKind, testDatabase } from '../../support/database.ts';

/** A clinic on a database of its own: PGlite, or PostgreSQL by DATABASE_URL. */
export interface TestClinic extends Clinic, AsyncDisposable {
  /** Everything recorded so far, oldest first. */
  activities(): Promise<Activity[]>;
  /** What `body` made the clinic record. */
  recordedBy(body: () => Promise<unknown>): Promise<Activity[]>;
  /** Every stored row as PostgreSQL prints it. */
  dump(): Promise<string>;
  signIn(email: string): Promise<Clients>;
}

export async function testClinic(): Promise<TestClinic> {
  const database = databaseKind === 'postgres' ? await testDatabase({ migrated: false }) : undefined;
  const url = database !== undefined && 'clientUrl' in database.connection ? database.connection.clientUrl : undefined;
  const clinic = await startClinic({ url });
  const activities = (): Promise<Activity[]> => activitiesSince(clinic.orm.em.fork(), new Date(0));
  return {
    ...clinic,
    activities,
    async recordedBy(body) {
      const before = new Set((await activities()).map(({ id }) => id));
      await body();
      await clinic.jobs.idle();
      return (await activities()).filter(({ id }) => !before.has(id));
    },
    dump: () => dumpRows(clinic),
    async signIn(email) {
      const { accessToken } = await connect(clinic.url).trpc.auth.login.mutate({ email, password: SEED_PASSWORD });
      return connect(clinic.url, accessToken);
    },
    async [Symbol.asyncDispose]() {
      await clinic.close();
      await database?.[Symbol.asyncDispose]();
    },
  };
}

async function dumpRows({ orm }: Clinic): Promise<string> {
  const rows: { row: string }[] = await orm.em.getConnection().execute('select a::text as row from deedlog.activity a');
  return rows.map(({ row }) => row).join('\n');
}
