import type { Activity } from '../record/activity.ts';

/** Where activities wait that the store refused. */
export interface Spool {
  /** Keeps activities durably. Rejects when it cannot. */
  add(activities: readonly Activity[]): Promise<void>;
  /**
   * Hands batches to `write`, oldest first, and forgets a batch once `write` resolved; stops at the first rejection.
   * Returns how many activities were written. Writing one twice is harmless: a store keeps an id once.
   */
  drain(write: (activities: readonly Activity[]) => Promise<void>): Promise<number>;
  close?(): Promise<void>;
}
