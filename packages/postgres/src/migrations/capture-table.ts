import type { Migration } from './migration.ts';

/**
 * Since when the fields of a table leave effects. Without it nobody could tell a row from before from one that was written around the
 * triggers, nor a null from a field that was not captured yet. `field` is empty for the table itself. `xact` is the first transaction
 * that cannot have written before the triggers stood; it holds in this cluster (`system`) only, not in one restored from a dump.
 */
export const captureTable: Migration = {
  name: 'capture-table',
  statements: [
    `create table deedlog.capture (
      table_name text not null,
      field text not null,
      treatment text not null,
      since timestamptz not null default clock_timestamp(),
      xact xid8 not null default pg_snapshot_xmax(pg_current_snapshot()),
      system bigint not null,
      constraint capture_pkey primary key (table_name, field)
    )`,
    `comment on table deedlog.capture is 'deedlog: since when the fields of a table leave effects by triggers.'`,
  ],
};
