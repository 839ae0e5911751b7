import type { MikroORM } from '@mikro-orm/core';
import type { ActivityModel } from '@deedlog/core';
import { migrate, migrateModels } from '@deedlog/postgres';
import { checkOrm } from './check-orm.ts';
import { postgresClient } from './postgres-client.ts';

export interface MigrateDeedlogOptions {
  /** Models with a table of their own: what `activityModel` returned. Default: none. */
  readonly models?: readonly ActivityModel[];
}

/**
 * Brings deedlog's tables up to date in the orm's database, and returns the names of the migrations that ran. Safe to call at
 * every start, by several instances at once. Throws `MIKRO_ORM_VERSION_UNSUPPORTED`, `MIKRO_ORM_DRIVER_UNSUPPORTED`, `POSTGRES_MIGRATION_CHANGED`,
 * `POSTGRES_MODEL_CHANGED`.
 */
export async function migrateDeedlog(orm: MikroORM, options: MigrateDeedlogOptions = {}): Promise<string[]> {
  checkOrm(orm);
  const { models = [] } = options;
  const client = postgresClient(orm);
  const ran = await migrate(client);
  return [...ran, ...(await migrateModels(client, models.map(({ deedlogModel }) => deedlogModel)))];
}
