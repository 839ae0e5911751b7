import type { Json } from '@deedlog/core';

/**
 * What does not add up:
 * - `unexplained-effect`: a row changed, and no activity says who meant it.
 * - `effectless-activity`: an act that claims to have changed its target, and no effect on it.
 * - `broken-continuity`: what an effect found, or the live row holds, is not what the effect before left. Somebody wrote around the capture.
 */
export type FindingKind = 'unexplained-effect' | 'effectless-activity' | 'broken-continuity';

/** What {@link Finding.problem} can be, by the kind that it belongs to. */
export type FindingProblem =
  /** The effect names no activity. */
  | 'no-activity'
  /** The effect names an activity that the log does not have. */
  | 'unknown-activity'
  /** The activity has no effect on anything that it names. */
  | 'no-effect'
  /** An effect's old value is not the new value of the effect before. */
  | 'old-value'
  /** An effect changed or deleted a row that did not exist by then. */
  | 'row-was-absent'
  /** An effect created a row that existed by then. */
  | 'row-was-present'
  /** A field of the live row is not what its last effect left. */
  | 'live-value'
  /** The last effect left a row that is not there. */
  | 'live-row-missing'
  /** The last effect deleted a row that is there. */
  | 'live-row-present'
  /** A row that was written since its table is captured, and has no effect. */
  | 'live-row-unlogged';

export interface Finding {
  readonly kind: FindingKind;
  readonly problem: FindingProblem;
  /** Schema and table: `public.patient`. Null: an activity whose target has no audited table. */
  readonly table: string | null;
  /** The key of the row, as in an effect. */
  readonly key: string | null;
  /** The field, as in an effect's changes; null: the row as a whole. */
  readonly field: string | null;
  /** When it happened; null: a write that left no effect, in a database that does not keep commit times (`track_commit_timestamp`). */
  readonly at: Date | null;
  /** Who was logged in to the database; null where no effect tells. */
  readonly databaseUser: string | null;
  /** The transaction's id (xid8); of a live row the one that last wrote it. Null where it is not known. */
  readonly transaction: string | null;
  readonly activityId: string | null;
  readonly effectId: string | null;
  /** Of `old-value` and `live-value`: what the effect before left. Stored values only: those of hashed fields are hashes. */
  readonly expected: Json;
  readonly found: Json;
}
