import type { ModelSettings, Reader, ReaderOptions } from '@deedlog/core';
import { postgresReader } from '@deedlog/postgres';
import type { MikroORM } from '@mikro-orm/core';
import { checkOrm } from './check-orm.ts';
import { tableNameOf } from './table-of.ts';
import { postgresClient } from './postgres-client.ts';

export interface MikroOrmReaderOptions extends ReaderOptions {
  /** As `createDeedlog` takes them. Default: only `default`, without own columns. */
  readonly models?: ModelSettings;
  /** The orm of the database that the log is in, where that is one of its own. Default: the same. */
  readonly log?: MikroORM;
}

/**
 * Reads the log in the orm's database. It knows the table of each entity, so that the history of `{ type: 'Patient', id }` has the
 * activities that changed the row. Throws `MIKRO_ORM_VERSION_UNSUPPORTED` or `MIKRO_ORM_DRIVER_UNSUPPORTED`.
 */
export function mikroOrmReader(orm: MikroORM, options: MikroOrmReaderOptions = {}): Reader {
  const { log = orm, ...others } = options;
  checkOrm(log);
  return postgresReader(postgresClient(log), { ...others, tables: entityTables(orm) });
}

/** The table of each entity, schema and name, by the type that its objects have as targets. */
export function entityTables(orm: MikroORM): Readonly<Record<string, string>> {
  const entities = [...orm.getMetadata().getAll().values()].filter(({ tableName }) => tableName !== undefined && tableName !== '');
  return Object.fromEntries(entities.map((meta) => [meta.className, tableNameOf(meta, orm)]));
}
