import type { Json } from './serialize.ts';

/** Insert, update, delete, truncate, suppressed. */
export type EffectOp = 'I' | 'U' | 'D' | 'T' | 'S';

/** Stands for an old value that was never loaded: what is not known is not guessed. */
export const UNKNOWN = '***UNKNOWN***';

/**
 * The name under which an update that gave the row another key tells both, as texts: `"$key": ["old", "new"]`. It is told whatever
 * fields are named, so that who follows a row finds it again: a key is no secret, as it is the id of a target. No field can have this name.
 */
export const CHANGED_KEY = '$key';

/**
 * Field by name: the old and the new value. Of a created row every old value is null, of a deleted one every new value. An update that
 * changed the row's key has it under {@link CHANGED_KEY}.
 */
export type EffectChanges = Readonly<Record<string, readonly [old: Json, now: Json]>>;

/** One row change that the database saw, whoever caused it. */
export interface Effect {
  /** Schema and table: `public.patient`. */
  readonly table: string;
  readonly op: EffectOp;
  /** The key of the row after the change, in the same text as a target's id. */
  readonly key: string;
  readonly changes: EffectChanges;
  /** The activity that caused it; null: nobody declared it, and nobody could. */
  readonly activityId: string | null;
}
