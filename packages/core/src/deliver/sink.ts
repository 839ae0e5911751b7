import type { Activity } from '../record/activity.ts';
import type { DurableEffect } from '../record/durable-effect.ts';
import type { RequestRecord } from '../record/request-record.ts';

/** Records that a sink did not get, because they came faster than it took them. */
export interface SinkLoss {
  readonly dropped: number;
  /** When the first and the last of them were refused. */
  readonly from: Date;
  readonly until: Date;
}

/**
 * A destination beside the store: it sees a record once that is durable, at most once. It delays no caller, unless it has
 * {@link Sink.ready}. A method that rejects or throws has refused the records it was given.
 */
export interface Sink {
  readonly name: string;
  write(activities: readonly Activity[]): void | Promise<void>;
  /** Row changes that this process wrote through the store, after their activity where both are new. Absent: it wants none. */
  writeEffects?(effects: readonly DurableEffect[]): void | Promise<void>;
  /** Requests that came in and calls that went out. Absent: it wants none. */
  writeRequests?(requests: readonly RequestRecord[]): void | Promise<void>;
  /** Called once it takes records again after a spell in which some were dropped before it; where it fails, again with the sum, later. */
  noteLoss?(loss: SinkLoss): void | Promise<void>;
  /** Back-pressure: undefined while there is room; else resolves when there is. Whoever begins new work waits for it. It must not reject. */
  ready?(): Promise<void> | undefined;
  /** Asked by whoever makes records at a cost, before it makes one. True: the record would be dropped, and counts as dropped now. */
  turnAway?(): boolean;
  /** Hands on what it holds at once, because the process is about to end. */
  flushSync?(): void;
  close?(): Promise<void>;
}
