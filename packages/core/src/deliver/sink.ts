import type { Activity } from '../record/activity.ts';

/** A destination beside the store: it sees an activity once that is durable, at most once, and never delays the caller. */
export interface Sink {
  readonly name: string;
  write(activities: readonly Activity[]): void | Promise<void>;
  close?(): Promise<void>;
}
