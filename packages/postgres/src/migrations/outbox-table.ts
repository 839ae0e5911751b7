import type { Migration } from './migration.ts';

/**
 * The outbox of a business database whose log lives elsewhere. One row is what one statement recorded. `seq` orders, `id` tells
 * rows apart for ever, also after a restore that sets the sequence back. `refused` says why the log will not take a row.
 */
export const outboxTable: Migration = {
  name: 'outbox-table',
  statements: [
    `create table deedlog.outbox (
      seq bigint generated always as identity constraint outbox_pkey primary key,
      id uuid not null default gen_random_uuid() constraint outbox_id_key unique,
      at timestamptz not null default clock_timestamp(),
      records jsonb not null,
      refused text
    )`,
    `comment on table deedlog.outbox is 'deedlog: records on their way to the log in another database. Emptied by the relay.'`,
    `create table deedlog.outbox_origin (id uuid not null default gen_random_uuid())`,
    `create unique index outbox_origin_one_idx on deedlog.outbox_origin ((true))`,
    `insert into deedlog.outbox_origin default values`,
    `comment on table deedlog.outbox_origin is 'deedlog: the name under which this database is known to its log.'`,
  ],
};
