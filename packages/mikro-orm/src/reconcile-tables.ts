import type { ReconcileTable } from '@deedlog/postgres';
import type { MikroORM } from '@mikro-orm/core';
import { checkOrm } from './check-orm.ts';
import { subscribedTables, triggerTables } from './trigger-context/trigger-tables.ts';
import type { EntityTable } from './trigger-context/trigger-tables.ts';

/**
 * The tables of an orm's audited entities for `reconcile(client, { tables })`, whoever captures them. Throws what `auditTriggers` throws.
 */
export function reconcileTables(orm: MikroORM): readonly ReconcileTable[] {
  checkOrm(orm);
  const [metadata, schema] = [orm.getMetadata(), orm.config.get('schema')];
  return [...triggerTables(metadata, schema), ...subscribedTables(metadata, schema)].map(withTargetType);
}

/** Activities name an entity by its class; a pivot table has none. */
function withTargetType({ meta, ...table }: EntityTable): ReconcileTable {
  return meta.pivotTable === true ? table : { ...table, targetType: meta.className };
}
