import { checkTriggers, triggerSql } from '@deedlog/postgres';
import type { PostgresLike, TableName, TriggerDrift } from '@deedlog/postgres';
import type { MetadataStorage, Platform } from '@mikro-orm/core';
import { withHeldConnection } from '../postgres-client.ts';
import { oneStatement } from './one-statement.ts';
import { triggerTables } from './trigger-tables.ts';
import type { EntityTable } from './trigger-tables.ts';

/** Under this one name MikroORM knows all triggers of a table that are deedlog's; no trigger in the database has it. */
const DECLARED = 'deedlog_capture';
/** The triggers in the database. */
const OURS = /^deedlog_/;

interface TriggerDef {
  readonly name: string;
  readonly timing: string;
  readonly events: readonly string[];
  readonly forEach: string;
  readonly body: string;
  readonly expression?: string | undefined;
}

interface SchemaTable {
  readonly name: string;
  readonly schema?: string | undefined;
}

interface SchemaConnection {
  ensureConnection(): Promise<void>;
  getClient(): object;
}

/** What reads and writes triggers for MikroORM's schema generator, one for each orm. */
interface SchemaHelper {
  getAllTriggers(connection: SchemaConnection, tables: ReadonlyMap<string | undefined, readonly object[]>): Promise<Record<string, TriggerDef[]>>;
  dropTrigger(table: SchemaTable, trigger: TriggerDef): string;
  getTableKey(table: { readonly table_name: string; readonly schema_name?: string }): string;
}

const helpers = new WeakMap<SchemaHelper, { tables: readonly EntityTable[]; schema: string }>();

/**
 * Makes MikroORM's schema generator and migrations install, keep, change and remove the triggers of the audited entities: as one trigger
 * of its metadata for each table, whose text is that of all statements, and which is in the database if `checkTriggers` finds no fault.
 * Safe to call again.
 */
export function declareTriggers(metadata: MetadataStorage, platform: Platform, schema: string): void {
  const tables = triggerTables(metadata, schema);
  for (const meta of metadata.getAll().values()) meta.triggers = meta.triggers.filter(({ name }) => name !== DECLARED);
  for (const table of tables) table.meta.triggers.push(definitionOf(table) as never);
  const helper = (platform as unknown as { getSchemaHelper(): SchemaHelper | undefined }).getSchemaHelper();
  if (helper === undefined) return;
  const known = helpers.get(helper);
  helpers.set(helper, { tables, schema });
  if (known === undefined) watchHelper(helper);
}

function definitionOf(table: EntityTable): TriggerDef {
  return { name: DECLARED, timing: 'after', events: ['insert', 'update', 'delete'], forEach: 'statement', body: '', expression: oneStatement(triggerSql(table).install) };
}

/** This orm's own helper, and no prototype. */
function watchHelper(helper: SchemaHelper): void {
  const getAllTriggers = helper.getAllTriggers.bind(helper);
  const dropTrigger = helper.dropTrigger.bind(helper);
  helper.getAllTriggers = async (connection, asked) => {
    const found = await getAllTriggers(connection, asked);
    const others = Object.entries(found).map(([key, triggers]) => [key, triggers.filter(({ name }) => !OURS.test(name))] as const);
    return withOurs(Object.fromEntries(others), helper, await driftsOf(connection, helper));
  };
  helper.dropTrigger = (table, trigger) => {
    const schema = table.schema ?? helpers.get(helper)?.schema;
    return trigger.name === DECLARED && schema !== undefined ? oneStatement(triggerSql({ schema, table: table.name, key: [], fields: [] }).remove) : dropTrigger(table, trigger);
  };
}

async function driftsOf(connection: SchemaConnection, helper: SchemaHelper): Promise<readonly TriggerDrift[]> {
  await connection.ensureConnection();
  return withHeldConnection(connection.getClient(), (client: PostgresLike) => checkTriggers(client, helpers.get(helper)?.tables ?? []));
}

/** A table without fault has what was declared; one that was audited has what must go; of one with a fault it is installed again. */
function withOurs(found: Record<string, TriggerDef[]>, helper: SchemaHelper, drifts: readonly TriggerDrift[]): Record<string, TriggerDef[]> {
  const { tables = [] } = helpers.get(helper) ?? {};
  const add = (table: TableName, trigger: TriggerDef): void => {
    const key = helper.getTableKey({ table_name: table.table, schema_name: table.schema });
    found[key] = [...(found[key] ?? []), trigger];
  };
  for (const table of tables) if (!drifts.some((drift) => sameTable(drift, table))) add(table, definitionOf(table));
  for (const drift of drifts) if (!tables.some((table) => sameTable(drift, table))) add(drift, { ...LEFT_OVER });
  return found;
}

const LEFT_OVER: TriggerDef = { name: DECLARED, timing: 'after', events: ['insert', 'update', 'delete'], forEach: 'statement', body: '', expression: 'left over' };

function sameTable(one: TableName, other: TableName): boolean {
  return one.schema === other.schema && one.table === other.table;
}
