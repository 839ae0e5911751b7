import type { PostgresLike } from '@deedlog/postgres';

/** The simplest trigger that reads the setting: what these tests ask is who sets it, and to what. */
export async function plainTrigger(client: PostgresLike, table: string): Promise<void> {
  await client.query(`insert into deedlog.relation (name) values ('public.${table}')`);
  await client.query(`create function public.see_${table}() returns trigger language plpgsql as $$
begin
  insert into deedlog.effect (tbl, op, activity_id, pk, changes)
  select min(id), left(tg_op, 1)::"char", nullif(current_setting('deedlog.activity', true), '')::uuid, coalesce(new.id, old.id)::text, '{}'
  from deedlog.relation where name = 'public.${table}';
  return null;
end $$`);
  await client.query(`create trigger see after insert or update or delete on ${table} for each row execute function public.see_${table}()`);
}
