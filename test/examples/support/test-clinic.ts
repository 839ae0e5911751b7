import { activitiesSince, connect, effectsOf, SEED_PASSWORD, startClinic } from 'clinic';
import type { Clinic, Clients } from 'clinic';
import type { Activity, Effect } from '@deedlog/core';
import { databaseKind, testDatabase } from '../../support/database.ts';

/** A clinic on a database of its own: PGlite, or PostgreSQL by DATABASE_URL. */
export interface TestClinic extends Clinic, AsyncDisposable {
  /** Everything recorded so far, oldest first. */
  activities(): Promise<Activity[]>;
  /** What `body` made the clinic record. */
  recordedBy(body: () => Promise<unknown>): Promise<Activity[]>;
  /** What the database saw of these. */
  effects(activities: readonly Activity[]): Promise<readonly Effect[]>;
  /** Every stored row, of activities and effects, as PostgreSQL prints it. */
  dump(): Promise<string>;
  signIn(email: string): Promise<Clients>;
}

export async function testClinic({ logDirectory }: { readonly logDirectory?: string } = {}): Promise<TestClinic> {
  const database = databaseKind === 'postgres' ? await testDatabase({ migrated: false }) : undefined;
  const url = database !== undefined && 'clientUrl' in database.connection ? database.connection.clientUrl : undefined;
  const clinic = await startClinic({ url, logDirectory });
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
    effects: (of) => effectsOf(clinic.orm.em.fork(), of),
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
  const all = ['activity', 'clinic_quality_activity', 'effect'].map((table) => `select one::text as row from deedlog.${table} one`);
  const rows: { row: string }[] = await orm.em.getConnection().execute(all.join(' union all '));
  return rows.map(({ row }) => row).join('\n');
}
