import type { Migration } from './migration.ts';

/**
 * Writes activities and effects. A function, because PostgreSQL keeps the plans of its statements for the connection: planned anew for
 * each record, as a statement with the same parts is, they took most of the time. It has the rights of its caller.
 *
 * `activities`: rows by column, or null. `effects`: `{ tables: [name], rows: [{ tbl: place in tables, … }] }`, or null.
 * A table that the registry lacks is registered, without waiting for a transaction that does the same.
 */
export const recordFunction: Migration = {
  name: 'record-function',
  statements: [
    `create function deedlog.record(activities jsonb, effects jsonb, only_if_changed boolean, out activity_count int, out effect_count int)
    language plpgsql security invoker as $record$
    declare
      relations int[];
      relation int;
      name_of_table text;
    begin
      activity_count := 0;
      effect_count := 0;
      if activities is not null and (not only_if_changed or effects is not null or pg_current_xact_id_if_assigned() is not null) then
        -- The conflict has no target, because a partition may bring a unique index of its own.
        insert into deedlog.activity
        select given.* from jsonb_populate_recordset(null::deedlog.activity, activities) as given
        on conflict do nothing;
        get diagnostics activity_count = row_count;
      end if;
      if effects is not null then
        for name_of_table in select jsonb_array_elements_text(effects -> 'tables') loop
          select r.id into relation from deedlog.relation r where r.name = name_of_table order by r.id limit 1;
          if relation is null then
            insert into deedlog.relation (name) values (name_of_table) returning id into relation;
          end if;
          relations := relations || relation;
        end loop;
        insert into deedlog.effect (tbl, op, activity_id, pk, changes, at)
        select relations[given.tbl], given.op, given.activity_id, given.pk, given.changes, coalesce(given.at, clock_timestamp())
        from jsonb_to_recordset(effects -> 'rows') as given (tbl int, op "char", activity_id uuid, pk text, changes jsonb, at timestamptz);
        get diagnostics effect_count = row_count;
      end if;
    end
    $record$`,
    `comment on function deedlog.record is 'deedlog: appends activities and effects, all or none; an activity whose id is there already is left as it is.'`,
  ],
};
