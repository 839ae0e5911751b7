import type { Json } from './serialize.ts';

/** Insert, update, delete, truncate, suppressed. */
export type EffectOp = 'I' | 'U' | 'D' | 'T' | 'S';

/** Stands for an old value that was never loaded: what is not known is not guessed. */
export const UNKNOWN = '***UNKNOWN***';

/** Field by name: the old and the new value. Of a created row every old value is null, of a deleted one every new value. */
export type EffectChanges = Readonly<Record<string, readonly [old: Json, now: Json]>>;

/** One row change that the database saw, whoever caused it. */
export interface Effect {
  /** Schema and table: `public.patient`. */
  readonly table: string;
  readonly op: EffectOp;
  /** The key of the row, in the same text as a target's id. */
  readonly key: string;
  readonly changes: EffectChanges;
  /** The activity that caused it; null: nobody declared it, and nobody could. */
  readonly activityId: string | null;
}
