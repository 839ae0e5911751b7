import type { MikroORM } from '@mikro-orm/core';
import { migrate } from '@deedlog/postgres';
import { checkOrm } from './check-orm.ts';
import { postgresClient } from './postgres-client.ts';

/**
 * Brings deedlog's tables up to date in the orm's database, and returns the names of the migrations that ran. Safe to call at
 * every start, by several instances at once. Throws `MIKRO_ORM_VERSION_UNSUPPORTED`, `MIKRO_ORM_DRIVER_UNSUPPORTED`, `POSTGRES_MIGRATION_CHANGED`.
 */
export async function migrateDeedlog(orm: MikroORM): Promise<string[]> {
  checkOrm(orm);
  return await migrate(postgresClient(orm));
}
