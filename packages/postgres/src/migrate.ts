import { createHash } from 'node:crypto';
import { postgresError } from './errors.ts';
import type { Migration } from './migrations/migration.ts';
import { migrationsOf } from './migrations/migrations.ts';
import type { DatabaseRole } from './migrations/migrations.ts';
import type { PostgresLike } from './postgres-like.ts';

/** Key of the advisory lock under which a migration runs ("deedlog" in ASCII); instances that start together take turns. */
export const MIGRATION_LOCK: string = '28258983821995879';

export interface MigrateOptions {
  /** What the database is to deedlog. Default `only`: the log lives in the business database. */
  readonly role?: DatabaseRole;
}

/**
 * Brings the schema `deedlog` up to date and returns the names of the migrations that were pending. Safe to call at every
 * start and by several instances at once; needs no rights when nothing is pending. The schema lives in the database that
 * `client` is connected to. Throws `POSTGRES_MIGRATION_CHANGED`.
 */
export async function migrate(client: PostgresLike, options: MigrateOptions = {}): Promise<string[]> {
  const pending = await findPending(client, options);
  for (const migration of pending) await client.query(migrationBlock(migration));
  return pending.map(({ name }) => name);
}

/** Names of the migrations that {@link migrate} would run, in order. Only reads. Throws `POSTGRES_MIGRATION_CHANGED`. */
export async function pendingMigrations(client: PostgresLike, options: MigrateOptions = {}): Promise<string[]> {
  return (await findPending(client, options)).map(({ name }) => name);
}

async function findPending(client: PostgresLike, { role = 'only' }: MigrateOptions): Promise<readonly Migration[]> {
  const migrations = migrationsOf(role);
  const applied = await appliedChecksums(client);
  for (const migration of migrations) {
    const checksum = applied.get(migration.name);
    if (checksum !== undefined && checksum !== checksumOf(migration)) {
      throw postgresError('POSTGRES_MIGRATION_CHANGED', `"${migration.name}"`);
    }
  }
  return migrations.filter(({ name }) => !applied.has(name));
}

async function appliedChecksums(client: PostgresLike): Promise<ReadonlyMap<string, string>> {
  const { rows: found } = await client.query(`select to_regclass('deedlog.migration')::text as "table"`);
  if (found[0]?.['table'] == null) return new Map();
  const { rows } = await client.query('select name, checksum from deedlog.migration');
  return new Map(rows.map((row) => [String(row['name']), String(row['checksum'])]));
}

/**
 * A migration as ONE statement: so it is atomic, and its lock is held, on any client, a pool or PgBouncer included.
 * Each statement in the block has its own snapshot, so the check sees what an instance before us has committed.
 */
function migrationBlock(migration: Migration): string {
  return `do $deedlog_migration$
begin
  perform pg_advisory_xact_lock(${MIGRATION_LOCK});
  create schema if not exists deedlog;
  create table if not exists deedlog.migration (
    name text constraint migration_pkey primary key,
    checksum text not null,
    applied_at timestamptz not null default clock_timestamp()
  );
  if exists (select from deedlog.migration where name = '${migration.name}') then
    return;
  end if;
  ${migration.statements.join(';\n  ')};
  insert into deedlog.migration (name, checksum) values ('${migration.name}', '${checksumOf(migration)}');
end
$deedlog_migration$`;
}

function checksumOf(migration: Migration): string {
  return createHash('sha256').update(migration.statements.join(';\n')).digest('hex');
}
