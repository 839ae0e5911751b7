import { auditHandler } from '@deedlog/http';
import { insertRecords, migrateModels, postgresReader } from '@deedlog/postgres';
import type { Records } from '@deedlog/postgres';
import type { FindingItem, ReadPolicy } from '@deedlog/core';
import { historyElementScript, viewerPage } from '@deedlog/viewer';
import { testDatabase } from '../../support/database.ts';
import { models, ordinary, story } from './records.ts';
import { serve } from './serve.ts';
import type { Served } from './serve.ts';

/** A served log. */
export interface ServedLog extends Served {
  /** Records more, as the application would. */
  add(records: Partial<Records>): Promise<void>;
  /** What the next requests may see; null: nothing. */
  allow(policy: ReadPolicy | null): void;
}

export const EVERYTHING: ReadPolicy = { tenants: 'all', models: 'all' };

export const FINDINGS: readonly FindingItem[] = [
  {
    kind: 'unexplained-effect', table: 'public.invoice', key: '4712', field: 'total', at: '2026-11-01T12:21:00.000Z', databaseUser: 'psql_admin', transaction: '9041', activityId: null,
    detail: 'total went from 10 to 9000, and no activity says who wanted it.',
  },
  { kind: 'effectless-activity', table: null, key: null, field: null, at: '2026-11-01T12:20:00.000Z', databaseUser: null, transaction: null, activityId: null, detail: null },
];

/** Records in a real database, read and served as in production. */
export async function serveLog(options: { readonly ordinary?: number; readonly records?: Records; readonly findings?: readonly FindingItem[] } = {}): Promise<ServedLog> {
  const database = await testDatabase();
  await migrateModels(database.client, Object.values(models).flatMap((model) => ('deedlogModel' in model ? [model.deedlogModel] : [])));
  const tables = new Map(Object.entries(models).flatMap(([name, model]) => ('deedlogModel' in model ? [[name, model.deedlogModel] as const] : [])));
  const add = async ({ activities = [], effects = [] }: Partial<Records>): Promise<void> => {
    await insertRecords(database.client, { activities, effects }, { models: tables });
  };
  await add({ activities: ordinary(options.ordinary ?? 400) });
  await add(options.records ?? story());
  let policy: ReadPolicy | null = EVERYTHING;
  const reader = postgresReader(database.client, { models, tables: { Invoice: 'public.invoice' }, findings: () => Promise.resolve(options.findings ?? FINDINGS) });
  const served = await serve(
    auditHandler({
      reader,
      authorize: () => policy,
      viewer: (place) => viewerPage({ ...place, title: 'Clinic audit' }),
      historyElement: historyElementScript,
      tail: { interval: 100 },
    }),
  );
  return {
    origin: served.origin,
    add,
    allow: (given) => {
      policy = given;
    },
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}
