import type { ActorColumns } from './actor.ts';
import type { Effect } from './effect.ts';
import type { TargetColumns } from './target.ts';

/** An effect with the entity that it is about, as the store saw it written. */
export interface WrittenEffect extends Effect, TargetColumns {}

/** A row change once it is durable, with who caused it: what sinks get. */
export interface DurableEffect extends WrittenEffect, ActorColumns {
  /** When it was written, in the transaction that has committed since. */
  readonly occurredAt: Date;
  /** The application instance that wrote it. */
  readonly source: string;
  readonly tenant: string | null;
  readonly correlationId: string | null;
}
