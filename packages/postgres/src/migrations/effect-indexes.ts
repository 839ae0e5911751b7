import type { Migration } from './migration.ts';

/**
 * Half of what an effect costs is its indexes. One serves those of an activity and, because a btree keeps nulls together, those of
 * none, in their order. Keys are compared by their bytes: a language's order takes several times as long and nobody reads keys in it.
 */
export const effectIndexes: Migration = {
  name: 'effect-indexes',
  statements: [
    `drop index deedlog.effect_unexplained_idx`,
    `drop index deedlog.effect_activity_idx`,
    `create index effect_activity_idx on deedlog.effect (activity_id, id)`,
    `alter table deedlog.effect alter column pk type text collate "C"`,
  ],
};
