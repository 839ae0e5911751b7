import type { Migration } from './migration.ts';

/** In the log: for each business database whose turn it is to write, and what the last turn wrote. */
export const relayedTable: Migration = {
  name: 'relayed-table',
  statements: [
    `create table deedlog.relayed (
      origin uuid constraint relayed_pkey primary key,
      turn bigint not null,
      batch jsonb not null,
      at timestamptz not null default clock_timestamp()
    )`,
    `comment on table deedlog.relayed is 'deedlog: which rows of each outbox arrived last, so that none arrives twice.'`,
  ],
};
