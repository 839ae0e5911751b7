import type { PostgresLike } from '../postgres-like.ts';
import { functionBody } from './function-sql.ts';
import { readInstalled, triggeredTables } from './installed.ts';
import type { Installed, InstalledRelation, InstalledTrigger } from './installed.ts';
import { commentOf, FUNCTION_CONFIG, functionName, TRIGGERS, triggerSql } from './trigger-sql.ts';
import type { TableName, TriggerTable } from './trigger-table.ts';

/**
 * - `missing`: a trigger, the function, or a table or column that is to be captured is not there.
 * - `changed`: it is not what this version of deedlog would install for this description.
 * - `disabled`: it does not fire.
 * - `partition`: a partition or heir of the table lacks it: writes that name the partition leave no effect.
 * - `left-over`: a table has triggers and is not among those that are to be captured.
 */
export type TriggerDriftKind = 'missing' | 'changed' | 'disabled' | 'partition' | 'left-over';

/** One difference between what is installed and what should be. */
export interface TriggerDrift extends TableName {
  readonly kind: TriggerDriftKind;
  /** What is wrong, for people: `trigger deedlog_update on public.patient does not fire`. */
  readonly what: string;
  /** What to run. */
  readonly remedy: string;
}

const INSTALL = 'Run installTriggers(client, tables).';

/** Compares the triggers of these tables, and of all others, with what they should be. Only reads. Empty: nothing is wrong. */
export async function checkTriggers(client: PostgresLike, tables: readonly TriggerTable[]): Promise<readonly TriggerDrift[]> {
  const drifts: TriggerDrift[] = [];
  for (const table of tables) drifts.push(...driftsOf(table, await readInstalled(client, table)));
  const wanted = new Set(tables.map(functionName));
  for (const { schema, table, calls } of await triggeredTables(client)) {
    if (wanted.has(calls)) continue;
    const remedy = `Run removeTriggers(client, [${JSON.stringify({ schema, table })}]).`;
    drifts.push({ schema, table, kind: 'left-over', what: `${schema}.${table} has triggers and is not to be captured`, remedy });
  }
  return drifts;
}

/** What is wrong with one table. */
export function driftsOf(table: TriggerTable, installed: Installed): TriggerDrift[] {
  const { schema } = table;
  const name = `${schema}.${table.table}`;
  const root = installed.relations.find((relation) => relation.root);
  const drift = (kind: TriggerDriftKind, what: string, remedy = INSTALL): TriggerDrift => ({ schema, table: table.table, kind, what, remedy });
  if (root === undefined) return [drift('missing', `table ${name} does not exist`, 'Make the table first, or correct its name.')];
  const columns = unknownColumns(table, root).map((column) => drift('missing', `column ${column} of ${name} does not exist`, 'Correct its name in the description, then run installTriggers(client, tables).'));
  const routine = functionDrift(table, installed);
  const triggers = installed.relations.flatMap((relation) => relationDrifts(triggerSql(table).hash, relation));
  return [...columns, ...(routine === undefined ? [] : [drift(...routine)]), ...triggers.map(([kind, what]) => drift(kind, what))];
}

/** Columns that the description names and the table does not have. */
export function unknownColumns({ key, fields }: TriggerTable, { columns }: InstalledRelation): string[] {
  const named = new Set([...key, ...fields.map(({ column }) => column)]);
  return [...named].filter((column) => !columns.includes(column));
}

function functionDrift(table: TriggerTable, { function: routine, registered }: Installed): [TriggerDriftKind, string] | undefined {
  const name = `deedlog.${functionName(table)}`;
  if (routine === null) return ['missing', `function ${name} does not exist`];
  if (!registered) return ['missing', `${table.schema}.${table.table} is not in deedlog.relation`];
  const same = routine.body === functionBody(table) && routine.definer && routine.config === FUNCTION_CONFIG;
  return same ? undefined : ['changed', `function ${name} is not the one that this description makes`];
}

function relationDrifts(hash: string, relation: InstalledRelation): [TriggerDriftKind, string][] {
  const found = new Map(relation.triggers.map((trigger) => [trigger.name, trigger]));
  return TRIGGERS.flatMap((wanted): [TriggerDriftKind, string][] => {
    const trigger = found.get(wanted.name);
    const where = `${wanted.name} on ${relation.schema}.${relation.table}`;
    if (trigger === undefined) return [[relation.root ? 'missing' : 'partition', `trigger ${where} does not exist`]];
    if (!isAsMade(wanted, trigger) || trigger.comment !== commentOf(hash)) return [['changed', `trigger ${where} is not the one that this description makes`]];
    return trigger.enabled === 'O' || trigger.enabled === 'A' ? [] : [['disabled', `trigger ${where} does not fire`]];
  });
}

function isAsMade(wanted: (typeof TRIGGERS)[number], { type, right, tables }: InstalledTrigger): boolean {
  return type === wanted.type && right && tables === wanted.sql.match(/\w+_rows/g)?.join(' ') || (type === wanted.type && right && tables === '' && !wanted.sql.includes('_rows'));
}
