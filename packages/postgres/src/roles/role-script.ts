import { ownSchema } from './own-schema.ts';
import { literal, quoted } from '../sql-text.ts';

export interface RoleScriptOptions {
  /** The role that the application logs in as. It must not own the audited tables, nor be a member of a role that does. */
  readonly application: string;
  /** Owns the schema `deedlog` and the functions of its triggers; nobody can log in as it. Default `deedlog_owner`. */
  readonly owner?: string;
  /** Roles that may read the log, for example that of the viewer. Default: none but the owner. */
  readonly readers?: readonly string[];
  /**
   * Whether the application writes effects itself, for entities that `auditable` captures by MikroORM's unit of work. It can then
   * also make up effects. Default false: triggers alone write them.
   */
  readonly writesEffects?: boolean;
}

/**
 * SQL that gives the log an owner of its own: the application can add activities, and neither read, change nor delete a record, forge an
 * effect, nor mute a trigger. Run it as a superuser (or as an administrator who may create roles) after `migrate`, after every
 * migration that brings a table of deedlog, and after `installTriggers`; running it again changes nothing.
 *
 * Roles `application` and `readers` must exist; `owner` is created. What the application may do with its own tables stays as it is: grant
 * it SELECT, INSERT, UPDATE and DELETE, never ownership.
 */
export function roleScript(options: RoleScriptOptions): string {
  const { application, owner = 'deedlog_owner', readers = [], writesEffects = false } = options;
  return [...createOwner(owner), ownSchema(owner), ...applicationGrants(application, writesEffects), ...readers.flatMap(readerGrants)].map((sql) => `${sql};\n`).join('');
}

function createOwner(owner: string): string[] {
  return [
    `do $deedlog$ begin
  if not exists (select from pg_catalog.pg_roles where rolname = ${literal(owner)}) then
    create role ${quoted(owner)} nologin;
  end if;
end $deedlog$`,
    `alter role ${quoted(owner)} nologin nosuperuser nocreatedb nocreaterole noreplication nobypassrls`,
  ];
}

function applicationGrants(application: string, writesEffects: boolean): string[] {
  const role = quoted(application);
  return [
    `grant usage on schema deedlog to ${role}`,
    // What deedlog.check() reads; they hold names of migrations and of audited tables only.
    `grant select on deedlog.migration, deedlog.relation to ${role}`,
    `grant insert on deedlog.activity to ${role}`,
    `grant execute on function deedlog.record(jsonb, jsonb, boolean), deedlog.triggered_rows(uuid), deedlog.attribute_effects(uuid, jsonb) to ${role}`,
    grantOnModels(application),
    ...(writesEffects ? [`grant insert on deedlog.effect to ${role}`, `grant insert on deedlog.relation to ${role}`] : []),
  ];
}

/** The tables of models have the shape of `deedlog.activity`; they are found by its last column, which no other table has. */
function grantOnModels(application: string): string {
  return `do $deedlog$
declare model regclass;
begin
  for model in select c.oid from pg_catalog.pg_class c join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname = 'causation_id'
    where c.relnamespace = 'deedlog'::regnamespace and c.relkind = 'p'
  loop
    execute pg_catalog.format('grant insert on %s to %I', model, ${literal(application)});
  end loop;
end $deedlog$`;
}

function readerGrants(reader: string): string[] {
  const role = quoted(reader);
  return [
    `grant usage on schema deedlog to ${role}`,
    `grant select on all tables in schema deedlog to ${role}`,
    // The key of hashed fields is nobody's to read.
    `revoke all on deedlog.hash_key from ${role}`,
    `grant execute on all functions in schema deedlog to ${role}`,
  ];
}
