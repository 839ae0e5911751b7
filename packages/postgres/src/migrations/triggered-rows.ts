import type { Migration } from './migration.ts';

/** What an application that may not read the log may ask of it: which rows its own transaction has changed for an activity. */
export const triggeredRowsFunction: Migration = {
  name: 'triggered-rows',
  statements: [
    `create function deedlog.triggered_rows(activity uuid) returns table ("table" text, op text, key text, alone boolean)
      language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      with caused as (
        select e.id, e.tbl, e.op, e.pk from deedlog.effect e where e.activity_id = activity and e.xact = pg_current_xact_id_if_assigned()
      )
      select r.name, first.op::text, first.pk, (select count(*) = 1 from (select distinct tbl, pk from caused) as changed)
      from (select * from caused order by id limit 1) as first join deedlog.relation r on r.id = first.tbl
    $$`,
    `comment on function deedlog.triggered_rows is 'deedlog: the first effect of an activity in the transaction around, and whether it changed no other row.'`,
  ],
};
