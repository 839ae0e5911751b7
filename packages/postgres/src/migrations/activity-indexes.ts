import type { Migration } from './migration.ts';

/** The two listings that people ask for: what did this actor do, and what was done to this target. */
export const activityIndexes: Migration = {
  name: 'activity-indexes',
  statements: [
    `create index activity_actor_idx on deedlog.activity (actor_id, occurred_at desc, id desc)`,
    `create index activity_target_idx on deedlog.activity (target_type, target_id, occurred_at desc)`,
  ],
};
