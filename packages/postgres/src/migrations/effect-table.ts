import type { Migration } from './migration.ts';

/**
 * The table of effects, and the registry of the tables that they are about. A name in the registry may have several ids: a unique
 * name would make the first uses in two transactions wait for each other, in either order, which is a deadlock.
 */
export const effectTable: Migration = {
  name: 'effect-table',
  statements: [
    `create table deedlog.relation (
      id int generated always as identity constraint relation_pkey primary key,
      name text not null
    )`,
    `create index relation_name_idx on deedlog.relation (name, id)`,
    `comment on table deedlog.relation is 'deedlog: the tables that effects are about, schema and name.'`,
    `create table deedlog.effect (
      id bigint generated always as identity,
      xact xid8 not null default pg_current_xact_id(),
      at timestamptz not null default clock_timestamp(),
      tbl int not null,
      op "char" not null,
      activity_id uuid,
      pk text not null,
      changes jsonb not null,
      constraint effect_pkey primary key (id, at)
    ) partition by range (at)`,
    `create table deedlog.effect_default partition of deedlog.effect default`,
    `create index effect_row_idx on deedlog.effect (tbl, pk, id)`,
    `create index effect_activity_idx on deedlog.effect (activity_id)`,
    `create index effect_at_idx on deedlog.effect using brin (at)`,
    `create index effect_unexplained_idx on deedlog.effect (id) where activity_id is null`,
    `comment on table deedlog.effect is 'deedlog: what changed in which row, and the activity that caused it. Append-only.'`,
  ],
};
