import type { Migration } from './migration.ts';

/**
 * Writes activities and effects. A function, because PostgreSQL keeps the plans of its statements for the connection: planned anew for
 * each record, as a statement with the same parts is, they took most of the time. It has the rights of its caller.
 *
 * `activities`: rows by column, or null. `effects`: `{ tables: [name], rows: [{ tbl: place in tables, … }] }`, or null.
 * A table that the registry lacks is registered, without waiting for a transaction that does the same.
 *
 * Returns how many activities went in: one value, because a call in the select list costs a third less than one that is read from like a table.
 *
 * The ids of effects follow the order of `rows` without a sort: `jsonb_to_recordset` gives the elements of an array in their order, and an
 * insert asks the sequence for each row as it comes; no plan can do it in parallel, since it writes.
 */
export const recordFunction: Migration = {
  name: 'record-function',
  statements: [
    `create function deedlog.record(activities jsonb, effects jsonb, only_if_changed boolean) returns int
    language plpgsql security invoker as $record$
    declare
      inserted int := 0;
      relations int[];
      relation int;
    begin
      if activities is not null and (not only_if_changed or effects is not null or pg_current_xact_id_if_assigned() is not null) then
        -- The conflict has no target, because a partition may bring a unique index of its own.
        insert into deedlog.activity
        select given.* from jsonb_populate_recordset(null::deedlog.activity, activities) as given
        on conflict do nothing;
        get diagnostics inserted = row_count;
      end if;
      if effects is not null then
        -- A loop over numbers: one over a query opens a cursor, which costs more than the rest of the loop.
        for place in 0 .. jsonb_array_length(effects -> 'tables') - 1 loop
          select r.id into relation from deedlog.relation r where r.name = effects -> 'tables' ->> place order by r.id limit 1;
          if relation is null then
            insert into deedlog.relation (name) values (effects -> 'tables' ->> place) returning id into relation;
          end if;
          relations := relations || relation;
        end loop;
        insert into deedlog.effect (tbl, op, activity_id, pk, changes, at)
        select relations[given.tbl], given.op, given.activity_id, given.pk, given.changes, coalesce(given.at, clock_timestamp())
        from jsonb_to_recordset(effects -> 'rows') as given (tbl int, op "char", activity_id uuid, pk text, changes jsonb, at timestamptz);
      end if;
      return inserted;
    end
    $record$`,
    `comment on function deedlog.record is 'deedlog: appends activities and effects, all or none; an activity whose id is there already is left as it is.'`,
  ],
};
