import { checkTriggers, installTriggers, removeTriggers, triggerSql } from '@deedlog/postgres';
import type { InstallTriggersOptions, TriggerDrift, TriggerTable } from '@deedlog/postgres';
import type { MikroORM } from '@mikro-orm/core';
import { checkOrm } from './check-orm.ts';
import { mikroOrmError } from './errors.ts';
import { postgresClient } from './postgres-client.ts';
import { triggerTables } from './trigger-context/trigger-tables.ts';

/** The triggers of an orm's audited entities, for those who do not leave them to MikroORM's schema tools. */
export interface AuditTriggers {
  /** What is captured: a table for each entity, and for each collection that one names. */
  readonly tables: readonly TriggerTable[];
  /** The statements that {@link install} runs, for a migration of your own: `for (const sql of …) this.addSql(sql)`. */
  readonly installSql: readonly string[];
  readonly removeSql: readonly string[];
  /**
   * Safe at every start; also brings back what has drifted. Rejects with `POSTGRES_COLUMN_UNKNOWN`, and with `POSTGRES_HASH_KEY_MISSING` where
   * a field is hashed and neither `hashKey` nor an earlier installation gave the key.
   */
  install(options?: InstallTriggersOptions): Promise<void>;
  /** Of these tables, whatever is installed. What was recorded stays. */
  remove(): Promise<void>;
  /** Empty: the database has exactly these triggers. */
  check(): Promise<readonly TriggerDrift[]>;
}

/**
 * Throws `MIKRO_ORM_CAPTURE_MIXED`, `MIKRO_ORM_FIELD_NO_COLUMN`, `MIKRO_ORM_FIELD_UNKNOWN`, `MIKRO_ORM_TABLE_UNKNOWN`,
 * `MIKRO_ORM_VERSION_UNSUPPORTED`, `MIKRO_ORM_DRIVER_UNSUPPORTED`.
 */
export function auditTriggers(orm: MikroORM): AuditTriggers {
  checkOrm(orm);
  const tables = triggerTables(orm.getMetadata(), orm.config.get('schema')).map(({ meta: _meta, ...table }) => table);
  const client = postgresClient(orm);
  return {
    tables,
    get installSql() {
      return tables.flatMap((table) => triggerSql(table).install);
    },
    get removeSql() {
      return tables.flatMap((table) => triggerSql(table).remove);
    },
    async install({ hashKey } = {}) {
      await installTriggers(client, tables, { hashKey });
    },
    async remove() {
      await removeTriggers(client, tables);
    },
    check: () => checkTriggers(client, tables),
  };
}

/** Rejects with `MIKRO_ORM_TRIGGERS_DRIFTED`. */
export async function requireTriggers(orm: MikroORM): Promise<void> {
  const triggers = auditTriggers(orm);
  const drifts = triggers.tables.length === 0 ? [] : await triggers.check();
  if (drifts.length > 0) throw mikroOrmError('MIKRO_ORM_TRIGGERS_DRIFTED', drifts.map(({ what }) => what).join('; '));
}
