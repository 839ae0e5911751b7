import { createHash } from 'node:crypto';
import type { ModelColumn, ModelShape } from '@deedlog/core';
import { postgresError } from './errors.ts';
import type { ModelTables } from './insert-into-models.ts';
import { MIGRATION_LOCK } from './migrate.ts';
import { READ_INDEXES } from './migrations/read-indexes.ts';
import type { PostgresLike } from './postgres-like.ts';
import { quoted } from './sql-text.ts';

/** A table that can be a model's has these; one without is somebody else's. */
const BASE_TABLE = 'activity';

/** Longest name that PostgreSQL keeps, in bytes; all our names are ASCII. */
const MAX_NAME = 63;

interface TableState {
  /** Type by column; empty where there is no table. */
  readonly columns: ReadonlyMap<string, string>;
  readonly constraints: ReadonlySet<string>;
  readonly indexes: ReadonlySet<string>;
}

/**
 * Makes or extends the tables of models, and returns the names of the migrations that ran: `model-<table>-<hash>`, kept in
 * `deedlog.migration`. Call it after `migrate`, at every start. A new column is added, what a model no longer declares stays.
 * Columns that `deedlog.activity` gained are added too. Throws `POSTGRES_MODEL_CHANGED` where a column has another type.
 */
export async function migrateModels(client: PostgresLike, shapes: readonly ModelShape[]): Promise<string[]> {
  const ran: string[] = [];
  for (const shape of shapes) {
    const statements = await pendingStatements(client, shape);
    if (statements.length === 0) continue;
    const name = migrationName(shape, statements);
    await client.query(block(name, statements));
    ran.push(name);
  }
  return ran;
}

/** What {@link migrateModels} would do, one line for each missing table, column, rule or index. Only reads. Throws `POSTGRES_MODEL_CHANGED`. */
export async function pendingModels(client: PostgresLike, shapes: readonly ModelShape[]): Promise<string[]> {
  const missing: string[] = [];
  for (const shape of shapes) {
    const state = await readTable(client, shape.table);
    if (state.columns.size === 0) missing.push(`table deedlog.${shape.table}`);
    else missing.push(...changesOf(shape, state, await baseColumns(client)).map(({ what }) => what));
  }
  return missing;
}

/** Rejects with `POSTGRES_TABLES_MISSING`, naming each missing table, column, rule and index, or `POSTGRES_MODEL_CHANGED`. */
export async function checkModels(client: PostgresLike, models: ModelTables): Promise<void> {
  const missing = await pendingModels(client, [...models.values()]);
  if (missing.length > 0) throw postgresError('POSTGRES_TABLES_MISSING', missing.join(', '));
}

async function pendingStatements(client: PostgresLike, shape: ModelShape): Promise<string[]> {
  const base = await baseColumns(client);
  const state = await readTable(client, shape.table);
  if (state.columns.size > 0) return changesOf(shape, state, base).map(({ sql }) => sql);
  const created: TableState = { columns: base, constraints: new Set(), indexes: new Set() };
  return [...createTable(shape), ...changesOf(shape, created, base).map(({ sql }) => sql)];
}

/** Of the shape of `deedlog.activity`, and partitioned like it; the columns of the model come after. */
function createTable({ table }: ModelShape): string[] {
  const name = `deedlog.${quoted(table)}`;
  return [
    `create table if not exists ${name} (like deedlog.${BASE_TABLE}, constraint ${quoted(`${table}_pkey`)} primary key (id, occurred_at)) partition by range (occurred_at)`,
    `create table if not exists deedlog.${quoted(`${table}_default`)} partition of ${name} default`,
    `create index if not exists ${quoted(`${table}_actor_idx`)} on ${name} (actor_id, occurred_at desc, id desc)`,
    `create index if not exists ${quoted(`${table}_target_idx`)} on ${name} (target_type, target_id, occurred_at desc)`,
    `comment on table ${name} is 'deedlog: activities of one model. Append-only.'`,
  ];
}

interface TableChange {
  readonly what: string;
  readonly sql: string;
}

function changesOf({ table, columns }: ModelShape, state: TableState, base: ReadonlyMap<string, string>): TableChange[] {
  const name = `deedlog.${quoted(table)}`;
  if (!state.columns.has('occurred_at')) throw postgresError('POSTGRES_MODEL_CHANGED', `deedlog.${table} is no table of activities`);
  const own = Object.values(columns);
  return [
    ...[...base].flatMap(([column, type]) => missingColumn(name, { column, type }, state)),
    ...own.flatMap((column) => missingColumn(name, column, state)),
    ...own.flatMap((column) => requiredRule(table, column, state)),
    ...staleRules(table, own, state),
    ...own.flatMap((column) => missingIndex(table, column, state)),
    ...READ_INDEXES.flatMap(({ suffix, on }) => missingIndexNamed(table, { index: shortName(`${table}_${suffix}_idx`), on }, state)),
  ];
}

function missingColumn(name: string, { column, type }: { readonly column: string; readonly type: string }, { columns }: TableState): TableChange[] {
  const found = columns.get(column);
  if (found === undefined) return [{ what: `column ${name}.${column}`, sql: `alter table ${name} add column if not exists ${quoted(column)} ${type}` }];
  if (found !== type) throw postgresError('POSTGRES_MODEL_CHANGED', `${name}.${column} is ${found}, declared ${type}`);
  return [];
}

/**
 * Not `not null`: a record whose column is missing is worth more than none. It is let in where it names its problem, where the act
 * was not done, and for the library's own records. Older rows are left alone.
 */
function requiredRule(table: string, { column, nullable }: ModelColumn, { constraints }: TableState): TableChange[] {
  const rule = ruleName(column);
  if (nullable || constraints.has(rule)) return [];
  const condition = `${quoted(column)} is not null or outcome <> 'success' or jsonb_exists(metadata, 'deedlog.problems') or starts_with(action, 'deedlog.')`;
  const name = `deedlog.${quoted(table)}`;
  return [
    {
      what: `rule ${rule} of ${name}`,
      sql: `alter table ${name} drop constraint if exists ${quoted(rule)};
  alter table ${name} add constraint ${quoted(rule)} check (${condition}) not valid`,
    },
  ];
}

/** Of columns that are nullable now, or that the model no longer has. */
function staleRules(table: string, columns: readonly ModelColumn[], { constraints }: TableState): TableChange[] {
  const wanted = new Set(columns.filter(({ nullable }) => !nullable).map(({ column }) => ruleName(column)));
  const stale = [...constraints].filter((rule) => rule.startsWith(RULE_PREFIX) && !wanted.has(rule));
  return stale.map((rule) => ({
    what: `no rule ${rule} of deedlog.${quoted(table)}`,
    sql: `alter table deedlog.${quoted(table)} drop constraint if exists ${quoted(rule)}`,
  }));
}

function missingIndex(table: string, { column, indexed }: ModelColumn, state: TableState): TableChange[] {
  if (!indexed) return [];
  return missingIndexNamed(table, { index: shortName(`${table}_own_${column}_idx`), on: `(${quoted(column)}, occurred_at desc, id desc)` }, state);
}

function missingIndexNamed(table: string, { index, on }: { readonly index: string; readonly on: string }, { indexes }: TableState): TableChange[] {
  if (indexes.has(index)) return [];
  return [{ what: `index ${index}`, sql: `create index if not exists ${quoted(index)} on deedlog.${quoted(table)} ${on}` }];
}

const RULE_PREFIX = 'required_';

function ruleName(column: string): string {
  return shortName(`${RULE_PREFIX}${column}`);
}

/** PostgreSQL cuts a longer name off, and two could become one. */
export function shortName(name: string): string {
  return name.length <= MAX_NAME ? name : `${name.slice(0, MAX_NAME - 9)}_${hashOf(name).slice(0, 8)}`;
}

async function baseColumns(client: PostgresLike): Promise<ReadonlyMap<string, string>> {
  const { columns } = await readTable(client, BASE_TABLE);
  if (columns.size === 0) throw postgresError('POSTGRES_TABLES_MISSING', 'deedlog.activity');
  return columns;
}

async function readTable(client: PostgresLike, table: string): Promise<TableState> {
  const { rows } = await client.query(
    `select 'column' as kind, attname::text as name, format_type(atttypid, atttypmod) as type from pg_attribute
      where attrelid = to_regclass($1) and attnum > 0 and not attisdropped
    union all select 'constraint', conname::text, '' from pg_constraint where conrelid = to_regclass($1)
    union all select 'index', indexrelid::regclass::text, '' from pg_index where indrelid = to_regclass($1)`,
    [`deedlog.${quoted(table)}`],
  );
  const names = (kind: string): string[] => rows.filter((row) => row['kind'] === kind).map((row) => String(row['name']));
  return {
    columns: new Map(rows.filter((row) => row['kind'] === 'column').map((row) => [String(row['name']), String(row['type'])])),
    constraints: new Set(names('constraint')),
    indexes: new Set(names('index').map((name) => name.replace(/^.*\./, '').replaceAll('"', ''))),
  };
}

function migrationName({ table }: ModelShape, statements: readonly string[]): string {
  return `model-${table}-${hashOf(statements.join(';\n')).slice(0, 12)}`;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** ONE statement, so that it is atomic and its lock held on any client. Every statement in it may run twice. */
function block(name: string, statements: readonly string[]): string {
  return `do $deedlog_model$
begin
  perform pg_advisory_xact_lock(${MIGRATION_LOCK});
  ${statements.join(';\n  ')};
  insert into deedlog.migration (name, checksum) values ('${name}', '${hashOf(statements.join(';\n'))}') on conflict do nothing;
end
$deedlog_model$`;
}
