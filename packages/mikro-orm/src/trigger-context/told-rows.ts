import type { ToldTarget } from '@deedlog/core';
import type { ToldRow, TriggerTable } from '@deedlog/postgres';
import type { EntityMetadata, MikroORM } from '@mikro-orm/core';
import { DEFAULT_SCHEMA } from '../table-of.ts';

/** The rows under triggers that targets stand for: in joined inheritance a target has one in each table. */
export function toldRows(orm: MikroORM, told: readonly ToldTarget[], tables: readonly TriggerTable[]): ToldRow[] {
  if (told.length === 0) return [];
  const captured = new Set(tables.map(({ schema, table }) => `${schema}.${table}`));
  const entities = new Map([...orm.getMetadata().getAll().values()].map((meta) => [meta.className, meta]));
  return told.flatMap(({ target, activityId }) => {
    const names = tableNames(entities.get(target.type), orm).filter((name) => captured.has(name));
    return names.map((table) => ({ table, key: String(target.id), activityId }));
  });
}

function tableNames(meta: EntityMetadata | undefined, orm: MikroORM): string[] {
  const names: string[] = [];
  for (let one = meta; one !== undefined; one = one.tptParent) names.push(`${one.schema ?? orm.config.get('schema') ?? DEFAULT_SCHEMA}.${one.tableName}`);
  return names;
}
