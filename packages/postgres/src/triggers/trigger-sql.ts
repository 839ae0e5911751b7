import { createHash } from 'node:crypto';
import { MIGRATION_LOCK } from '../migrate.ts';
import { forgetCapture, noteCapture } from './capture-since.ts';
import { functionBody, relationName } from './function-sql.ts';
import type { TableName, TriggerTable } from './trigger-table.ts';
import { literal, quoted } from '../sql-text.ts';

/** The triggers of a table as the catalog has them. `type`: the bits of `pg_trigger.tgtype`. */
export const TRIGGERS: readonly { readonly name: string; readonly type: number; readonly sql: string }[] = [
  { name: 'deedlog_insert', type: 4, sql: 'after insert on %s referencing new table as new_rows' },
  { name: 'deedlog_update', type: 16, sql: 'after update on %s referencing old table as old_rows new table as new_rows' },
  { name: 'deedlog_delete', type: 8, sql: 'after delete on %s referencing old table as old_rows' },
  { name: 'deedlog_truncate', type: 32, sql: 'after truncate on %s' },
];

/** Every trigger function of deedlog starts so. */
export const FUNCTION_PREFIX = 'capture_';

/** As the catalog has it. Compiling a plan takes longer than running it, each time again: a plan that was made for many rows is kept for one. */
export const FUNCTION_CONFIG = 'search_path=pg_catalog, pg_temp;jit=off';

export interface TriggerSql {
  /** Each is atomic by itself, and may be run again. */
  readonly install: readonly string[];
  readonly remove: readonly string[];
  /** Of everything that is installed; it stands in the triggers' comments. */
  readonly hash: string;
}

/** The triggers of a table as SQL, for those who run it themselves: in a migration, by psql. */
export function triggerSql(table: TriggerTable): TriggerSql {
  const body = functionBody(table);
  const hash = hashOf(JSON.stringify([body, TRIGGERS, FUNCTION_CONFIG]));
  return { install: [block(installBlock(table, body, hash))], remove: [removeSql(table)], hash };
}

export function removeSql(table: TableName): string {
  return block(removeBlock(table));
}

export function functionName({ schema, table }: TableName): string {
  const readable = `${schema}_${table}`.replaceAll(/[^A-Za-z0-9_]/g, '_').slice(0, 40);
  return `${FUNCTION_PREFIX}${readable}_${hashOf(JSON.stringify([schema, table])).slice(0, 12)}`;
}

export function commentOf(hash: string): string {
  return `deedlog ${hash}`;
}

/** The table with its partitions and heirs of any depth; a write to one of these fires its own triggers alone. */
export const FAMILY = `with recursive family(oid, place) as (
    select c.oid, ''::text from pg_catalog.pg_class c join pg_catalog.pg_namespace s on s.oid = c.relnamespace where s.nspname = $schema and c.relname = $table
    union select i.inhrelid, 'part' from pg_catalog.pg_inherits i join family f on f.oid = i.inhparent
  ) select c.oid, s.nspname, c.relname, case when f.place = '' and exists (select from pg_catalog.pg_inherits where inhparent = c.oid) then 'whole' else f.place end as place
  from family f join pg_catalog.pg_class c on c.oid = f.oid join pg_catalog.pg_namespace s on s.oid = c.relnamespace where c.relkind in ('r', 'p')`;

function familyOf({ schema, table }: TableName): string {
  return FAMILY.replace('$schema', () => literal(schema)).replace('$table', () => literal(table));
}

function installBlock(table: TriggerTable, body: string, hash: string): string {
  const name = literal(relationName(table));
  const called = `deedlog.${quoted(functionName(table))}`;
  return `declare
  relation record;
begin
  perform pg_catalog.pg_advisory_xact_lock(${MIGRATION_LOCK});
  -- Fails where there is no such table.
  perform ${literal(`${quoted(table.schema)}.${quoted(table.table)}`)}::pg_catalog.regclass;
  if not exists (select from deedlog.relation where name = ${name}) then
    insert into deedlog.relation (name) values (${name});
  end if;
  create or replace function ${called}() returns trigger language plpgsql security definer set ${FUNCTION_CONFIG.replace(';', ' set ')} as ${dollarQuoted(body)};
  revoke all on function ${called}() from public;
  for relation in ${familyOf(table)} loop
${TRIGGERS.map((trigger) => createTrigger(trigger, { called, hash })).join('\n')}
  end loop;
  ${noteCapture(table)};
end`;
}

function createTrigger({ name, sql }: (typeof TRIGGERS)[number], { called, hash }: { readonly called: string; readonly hash: string }): string {
  const target = `pg_catalog.format('%I.%I', relation.nspname, relation.relname)`;
  const [before = '', after = ''] = sql.split('%s');
  return `    execute ${literal(`create or replace trigger ${name} ${before}`)} || ${target} || ${literal(`${after} for each statement execute function ${called}(`)} || case when relation.place = '' then '' else pg_catalog.quote_literal(relation.place) end || ')';
    execute 'alter table ' || ${target} || ' enable trigger ${name}';
    execute 'comment on trigger ${name} on ' || ${target} || ${literal(` is ${literal(commentOf(hash))}`)};`;
}

function removeBlock(table: TableName): string {
  const called = `deedlog.${quoted(functionName(table))}`;
  return `declare
  installed record;
begin
  perform pg_catalog.pg_advisory_xact_lock(${MIGRATION_LOCK});
  for installed in select t.tgname, t.tgrelid::pg_catalog.regclass as relation from pg_catalog.pg_trigger t
    where t.tgfoid = pg_catalog.to_regprocedure(${literal(`${called}()`)}) loop
    execute pg_catalog.format('drop trigger %I on %s', installed.tgname, installed.relation);
  end loop;
  drop function if exists ${called}();
  ${forgetCapture(table)};
end`;
}

function block(text: string): string {
  return `do ${dollarQuoted(text)}`;
}

/** No text can hold its own hash, whatever the names in it. */
function dollarQuoted(text: string): string {
  const tag = `$deedlog_${hashOf(text).slice(0, 16)}$`;
  return `${tag}${text}${tag}`;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
