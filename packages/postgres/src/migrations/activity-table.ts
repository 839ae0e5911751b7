import type { Migration } from './migration.ts';

/**
 * The table of activities. Partitioned from the start, because a plain table cannot become a partitioned one without
 * copying it: all rows are in the default partition until months are split off. No foreign keys: the log outlives what it names.
 */
export const activityTable: Migration = {
  name: 'activity-table',
  statements: [
    `create table deedlog.activity (
      id uuid not null,
      occurred_at timestamptz not null,
      recorded_at timestamptz not null,
      action text not null,
      outcome text not null,
      outcome_code text,
      actor_kind text,
      actor_id text,
      actor_label text,
      on_behalf_of jsonb,
      target_type text,
      target_id text,
      target_label text,
      related jsonb,
      tool text,
      message text,
      message_values jsonb,
      reason text,
      changes jsonb,
      input jsonb,
      context jsonb not null,
      metadata jsonb not null,
      observer text not null,
      source text not null,
      tenant text,
      correlation_id text,
      causation_id text,
      constraint activity_pkey primary key (id, occurred_at)
    ) partition by range (occurred_at)`,
    `create table deedlog.activity_default partition of deedlog.activity default`,
    `comment on table deedlog.activity is 'deedlog: who did what, when, where and why. Append-only.'`,
  ],
};
