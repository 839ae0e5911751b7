import type { ReconcileTable, TriggerField } from '@deedlog/postgres';
import { ReferenceKind } from '@mikro-orm/core';
import type { EntityMetadata, EntityProperty, MikroORM } from '@mikro-orm/core';
import { captureOf, declaredChains, treatmentsOf } from './audited-entities.ts';
import type { DeclaredChain } from './audited-entities.ts';
import { hasNestedKey } from './nested-key.ts';
import { DEFAULT_SCHEMA } from './table-of.ts';
import { keyOf, propertyOf, triggerTables } from './trigger-context/trigger-tables.ts';

const KEY_TYPE = /^(?:smallint|int|integer|bigint|uuid|text|varchar(?:\(\d+\))?)$/;
const STEADY_TYPE = /^(?:smallint|int|integer|bigint|boolean|uuid|text|varchar(?:\(\d+\))?)$/;

/**
 * What can be compared of an orm's audited entities. A trigger writes values as they are in the row. The subscriber writes them as the application
 * did, and the database may keep them otherwise (a rounded number, a shortened time, JSON), so only fields that it keeps as they were
 * written are compared; entities whose key it could change are left out.
 */
export function reconcileTables(orm: MikroORM): ReconcileTable[] {
  const tables = new Map<string, ReconcileTable>();
  const schema = orm.config.get('schema') ?? DEFAULT_SCHEMA;
  for (const { meta: _meta, ...table } of triggerTables(orm.getMetadata(), schema)) tables.set(nameOf(table), table);
  for (const [meta, chain] of declaredChains(orm.getMetadata())) {
    if (meta.abstract === true || meta.embeddable === true || meta.view === true || meta.virtual === true || meta.schema === '*') continue;
    const table = { schema: meta.schema ?? schema, table: meta.tableName };
    const mode = captureOf(chain);
    if (mode === 'none' || (mode === 'subscriber' && !hasSteadyKey(meta))) continue;
    const known = tables.get(nameOf(table));
    const own = mode === 'trigger' ? [] : steadyFields(meta, chain);
    tables.set(nameOf(table), { ...table, key: keyOf(meta), ...known, fields: joined(known?.fields ?? [], own), targetType: [known?.targetType ?? [], meta.className].flat() });
  }
  return [...tables.values()];
}

function nameOf({ schema, table }: Pick<ReconcileTable, 'schema' | 'table'>): string {
  return JSON.stringify([schema, table]);
}

function joined(known: readonly TriggerField[], own: readonly TriggerField[]): TriggerField[] {
  const names = new Set(known.map(({ field }) => field));
  return [...known, ...own.filter(({ field }) => !names.has(field))];
}

function hasSteadyKey(meta: EntityMetadata): boolean {
  const types = meta.primaryKeys.flatMap((name) => (meta.properties as Record<string, EntityProperty>)[name]?.columnTypes ?? []);
  return types.length > 0 && types.every((type) => KEY_TYPE.test(type)) && !hasNestedKey(meta);
}

/** In joined inheritance the effect is of the entity's own table, and its inherited fields are in another. */
function steadyFields(meta: EntityMetadata, chain: DeclaredChain): TriggerField[] {
  return [...treatmentsOf(chain)].flatMap(([path, treatment]) => {
    const prop = propertyOf(meta, path);
    const [column] = prop.fieldNames;
    const inherited = meta.tptParent !== undefined && meta.ownProps?.some(({ name }) => name === prop.name) !== true;
    if (treatment !== 'plain' || column === undefined || inherited || !isSteady(prop)) return [];
    return [{ field: path, column, treatment }];
  });
}

function isSteady(prop: EntityProperty): boolean {
  const { kind, columnTypes, embedded, customType, formula, persist, generated, version, targetMeta } = prop;
  if (formula !== undefined || persist === false || generated !== undefined || version === true) return false;
  if (kind === ReferenceKind.MANY_TO_ONE || (kind === ReferenceKind.ONE_TO_ONE && prop.owner)) return prop.fieldNames.length === 1 && targetMeta !== undefined && hasSteadyKey(targetMeta);
  // An object that is not there leaves its parts out, and one within JSON has no column.
  if (kind !== ReferenceKind.SCALAR || embedded !== undefined || (customType !== undefined && customType.constructor.name !== 'BigIntType')) return false;
  return STEADY_TYPE.test(columnTypes[0] ?? '');
}
