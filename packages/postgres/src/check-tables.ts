import { postgresError } from './errors.ts';
import { pendingMigrations } from './migrate.ts';
import type { MigrateOptions } from './migrate.ts';
import type { PostgresLike } from './postgres-like.ts';

/** PostgreSQL 15 (2022): the oldest version that the tests run on. */
const OLDEST_VERSION = 150_000;

/**
 * Whether the database has every table that this version needs. Rejects with `POSTGRES_TOO_OLD`,
 * `POSTGRES_TABLES_MISSING` (naming what is pending) or `POSTGRES_MIGRATION_CHANGED`.
 */
export async function checkTables(client: PostgresLike, options: MigrateOptions = {}): Promise<void> {
  const { rows } = await client.query(`select current_setting('server_version_num')::int as version`);
  const version = Number(rows[0]?.['version']);
  if (version < OLDEST_VERSION) throw postgresError('POSTGRES_TOO_OLD', `server_version_num ${version}`);
  const pending = await pendingMigrations(client, options);
  if (pending.length > 0) throw postgresError('POSTGRES_TABLES_MISSING', `pending: ${pending.join(', ')}`);
}
