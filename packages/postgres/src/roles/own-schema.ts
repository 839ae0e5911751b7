import { literal, quoted } from '../sql-text.ts';

/** Hands everything in the schema `deedlog` to its owner, and takes it from everybody else. */
export function ownSchema(owner: string): string {
  const role = quoted(owner);
  return `alter schema deedlog owner to ${role};
do $deedlog$
declare thing record;
begin
  for thing in
    select pg_catalog.format('table %s', c.oid::regclass) as name from pg_catalog.pg_class c
      where c.relnamespace = 'deedlog'::regnamespace and c.relkind in ('r', 'p') and pg_catalog.pg_get_userbyid(c.relowner) <> ${literal(owner)}
    union all
    select pg_catalog.format('function %s', p.oid::regprocedure) from pg_catalog.pg_proc p
      where p.pronamespace = 'deedlog'::regnamespace and pg_catalog.pg_get_userbyid(p.proowner) <> ${literal(owner)}
  loop
    execute pg_catalog.format('alter %s owner to %I', thing.name, ${literal(owner)});
  end loop;
end $deedlog$;
revoke all on schema deedlog from public;
revoke all on all tables in schema deedlog from public;
revoke all on all sequences in schema deedlog from public;
revoke all on all functions in schema deedlog from public`;
}
