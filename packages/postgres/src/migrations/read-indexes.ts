import type { Migration } from './migration.ts';

/** An index that reading needs on every table of activities: the end of its name, and what comes after the table's. */
export interface ReadIndex {
  readonly suffix: string;
  readonly on: string;
}

/**
 * Each gives one listing its order, so that a page costs the same at any depth. Those of what many applications never use are partial:
 * a record without a tenant, a correlation id or related objects pays nothing for them. Part of a released migration: only append.
 */
export const READ_INDEXES: readonly ReadIndex[] = [
  { suffix: 'time', on: '(occurred_at desc, id desc)' },
  { suffix: 'action', on: '(action collate "C", occurred_at desc, id desc)' },
  { suffix: 'tenant', on: '(tenant, occurred_at desc, id desc) where tenant is not null' },
  { suffix: 'correlation', on: '(correlation_id) where correlation_id is not null' },
  { suffix: 'related', on: 'using gin (related jsonb_path_ops) where related is not null' },
];

/** The listings beside those of an actor and a target: all by time, an action, a tenant, a request, what is related, what is unexplained. */
export const readIndexes: Migration = {
  name: 'read-indexes',
  statements: [
    ...READ_INDEXES.map(({ suffix, on }) => `create index activity_${suffix}_idx on deedlog.activity ${on}`),
    `create index effect_unexplained_at_idx on deedlog.effect (at desc, id desc) where activity_id is null`,
  ],
};
