import type { TriggerField, TriggerTable } from '@deedlog/postgres';
import { ReferenceKind } from '@mikro-orm/core';
import type { EntityMetadata, EntityProperty, MetadataStorage } from '@mikro-orm/core';
import type { CaptureMode, EffectTreatment } from '../auditable.ts';
import { captureOf, declaredChains, treatmentsOf } from '../audited-entities.ts';
import type { DeclaredChain } from '../audited-entities.ts';
import { mikroOrmError } from '../errors.ts';
import { DEFAULT_SCHEMA } from '../table-of.ts';

/** A table under triggers, and whose it is. */
export interface EntityTable extends TriggerTable {
  /** Of a single-table inheritance the root; of a collection its pivot table. */
  readonly meta: EntityMetadata;
}

/**
 * The tables of all entities that are declared with `capture: 'trigger'`, a pivot table for each collection that they name. Entities of
 * one table share its triggers, with all their fields: a trigger does not tell the kinds of a single-table inheritance apart.
 *
 * Throws `MIKRO_ORM_CAPTURE_MIXED`, `MIKRO_ORM_FIELD_NO_COLUMN`, `MIKRO_ORM_FIELD_UNKNOWN`, `MIKRO_ORM_TABLE_UNKNOWN`.
 */
export function triggerTables(metadata: MetadataStorage, schema: string = DEFAULT_SCHEMA): readonly EntityTable[] {
  return tablesCapturedBy('trigger', metadata, schema);
}

/**
 * The same for entities that the subscriber captures: their rows can be compared with the log as well. It writes no effects of pivot tables, and
 * may keep fields that are no column; they are left out. Throws `MIKRO_ORM_CAPTURE_MIXED`.
 */
export function subscribedTables(metadata: MetadataStorage, schema: string = DEFAULT_SCHEMA): readonly EntityTable[] {
  return tablesCapturedBy('subscriber', metadata, schema);
}

function tablesCapturedBy(capture: CaptureMode, metadata: MetadataStorage, schema: string): readonly EntityTable[] {
  const tables = new Map<string, EntityTable>();
  const modes = new Map<string, CaptureMode>();
  for (const [meta, chain] of declaredChains(metadata)) {
    if (meta.abstract === true || meta.embeddable === true) continue;
    const mode = captureOf(chain);
    const name = `${schemaOf(meta, schema)}.${meta.tableName}`;
    if ((modes.get(name) ?? mode) !== mode) throw mikroOrmError('MIKRO_ORM_CAPTURE_MIXED', name);
    modes.set(name, mode);
    if (mode !== capture) continue;
    const found = capture === 'trigger' ? tablesOf(meta, chain, { metadata, schema }) : rowsOf(meta, chain, schema);
    for (const table of found) {
      const key = `${table.schema}.${table.table}`;
      tables.set(key, together(tables.get(key), table));
    }
  }
  return [...tables.values()];
}

interface Surroundings {
  readonly metadata: MetadataStorage;
  readonly schema: string;
}

function tablesOf(meta: EntityMetadata, chain: DeclaredChain, around: Surroundings): EntityTable[] {
  const schema = schemaOf(meta, around.schema);
  if (schema === '*' || meta.view === true || meta.virtual === true) throw mikroOrmError('MIKRO_ORM_TABLE_UNKNOWN', meta.className);
  const { storage, context } = howOf(chain);
  const how = { ...(storage === undefined ? {} : { storage }), ...(context === undefined ? {} : { context }) };
  const fields: TriggerField[] = [];
  const pivots: EntityTable[] = [];
  for (const [path, treatment] of treatmentsOf(chain)) {
    const prop = propertyOf(meta, path);
    if (isInherited(meta, prop)) continue;
    if (prop.kind === ReferenceKind.MANY_TO_MANY && prop.owner) pivots.push({ ...pivotOf(prop, treatment, around), ...how });
    else fields.push(...fieldsOf(meta, { path, prop, treatment }));
  }
  return [{ schema, table: meta.tableName, key: keyOf(meta), fields, meta: meta.inheritanceType === 'sti' || meta.root.inheritanceType === 'sti' ? meta.root : meta, ...how }, ...pivots];
}

function rowsOf(meta: EntityMetadata, chain: DeclaredChain, schema: string): EntityTable[] {
  if (meta.schema === '*' || meta.view === true || meta.virtual === true) return [];
  const fields = [...treatmentsOf(chain)].flatMap(([path, treatment]): TriggerField[] => {
    const prop = (meta.properties as Record<string, EntityProperty>)[path];
    const [column, ...others] = prop === undefined || isInherited(meta, prop) ? [] : columnsOf(prop);
    return column === undefined || others.length > 0 ? [] : [{ field: path, column, treatment }];
  });
  return [{ schema: schemaOf(meta, schema), table: meta.tableName, key: keyOf(meta), fields, meta }];
}

function howOf(chain: DeclaredChain): Pick<TriggerTable, 'storage' | 'context'> {
  return {
    storage: chain.find(({ how }) => how.storage !== undefined)?.how.storage,
    context: chain.find(({ how }) => how.context !== undefined)?.how.context,
  } as Pick<TriggerTable, 'storage' | 'context'>;
}

function schemaOf(meta: EntityMetadata, schema: string): string {
  return meta.schema ?? schema;
}

function keyOf(meta: EntityMetadata): string[] {
  return meta.primaryKeys.flatMap((name) => (meta.properties as Record<string, EntityProperty>)[name]?.fieldNames ?? []);
}

/** In joined inheritance the column is in the table of the entity that is extended, which has triggers of its own. */
function isInherited(meta: EntityMetadata, prop: EntityProperty): boolean {
  if (meta.inheritanceType !== 'tpt' || meta.tptParent === undefined) return false;
  const root = rootOf(meta, prop);
  return root.primary !== true && meta.ownProps?.some(({ name }) => name === root.name) !== true;
}

function rootOf(meta: EntityMetadata, prop: EntityProperty): EntityProperty {
  const [owner] = prop.embedded ?? [];
  const outer = owner === undefined ? undefined : (meta.properties as Record<string, EntityProperty>)[owner];
  return outer === undefined ? prop : rootOf(meta, outer);
}

function propertyOf(meta: EntityMetadata, path: string): EntityProperty {
  const [name = '', ...inner] = path.split('.');
  let prop = (meta.properties as Record<string, EntityProperty>)[name];
  for (const part of inner) {
    if (prop?.object === true || prop?.array === true) throw mikroOrmError('MIKRO_ORM_FIELD_NO_COLUMN', `${meta.className}.${path}`);
    prop = (prop?.embeddedProps as Record<string, EntityProperty> | undefined)?.[part];
  }
  if (prop === undefined) throw mikroOrmError('MIKRO_ORM_FIELD_UNKNOWN', `${meta.className}.${path}`);
  return prop;
}

interface NamedField {
  readonly path: string;
  readonly prop: EntityProperty;
  readonly treatment: EffectTreatment;
}

/** One for each column: an embedded object is told by its properties, a relation with a composite key by the columns of the key. */
function fieldsOf(meta: EntityMetadata, { path, prop, treatment }: NamedField): TriggerField[] {
  if (prop.kind === ReferenceKind.EMBEDDED && prop.object !== true && prop.array !== true) {
    const parts = Object.entries(prop.embeddedProps as Record<string, EntityProperty>);
    return parts.flatMap(([name, part]) => fieldsOf(meta, { path: `${path}.${name}`, prop: part, treatment }));
  }
  const columns = columnsOf(prop);
  const [only, ...others] = columns;
  if (only === undefined) throw mikroOrmError('MIKRO_ORM_FIELD_NO_COLUMN', `${meta.className}.${path}`);
  return others.length === 0 ? [{ field: path, column: only, treatment }] : columns.map((column) => ({ field: `${path}.${column}`, column, treatment }));
}

function columnsOf({ persist, formula, mappedBy, columnTypes = [], fieldNames = [] }: Partial<EntityProperty>): readonly string[] {
  return persist === false || formula !== undefined || mappedBy !== undefined || columnTypes.length === 0 ? [] : fieldNames;
}

/** A collection's rows, with the two keys that they join. */
function pivotOf(prop: EntityProperty, treatment: EffectTreatment, { metadata, schema }: Surroundings): EntityTable {
  const meta = metadata.find(prop.pivotEntity as never) as EntityMetadata | undefined;
  if (meta === undefined) throw mikroOrmError('MIKRO_ORM_TABLE_UNKNOWN', prop.pivotTable);
  const columns = [...prop.joinColumns, ...prop.inverseJoinColumns];
  const key = meta.primaryKeys.length > 0 ? keyOf(meta) : columns;
  return { schema: schemaOf(meta, schema), table: meta.tableName, key, fields: columns.map((column) => ({ field: column, column, treatment })), meta };
}

function together(known: EntityTable | undefined, table: EntityTable): EntityTable {
  if (known === undefined) return table;
  const names = new Set(known.fields.map(({ field }) => field));
  return { ...known, ...table, meta: known.meta, fields: [...known.fields, ...table.fields.filter(({ field }) => !names.has(field))] };
}
