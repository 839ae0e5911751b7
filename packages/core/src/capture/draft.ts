import type { ActivityContext, Observer } from '../record/activity.ts';
import type { Actor } from '../record/actor.ts';
import type { Changes } from '../record/changes.ts';
import type { FieldTreatments } from '../record/fields.ts';
import type { Outcome } from '../record/outcome.ts';
import type { JsonObject } from '../record/serialize.ts';
import type { TargetLike } from '../record/target.ts';

/** Something else that takes part; an entity is described when the record is made, when it has its key. */
export interface RelatedDraft {
  readonly role: string;
  readonly target: TargetLike;
}

/** A record in the making: what was said about an act so far. `prepare` turns it into an activity. */
export interface Draft {
  readonly id: string;
  occurredAt: Date;
  /** Undefined: the default model. */
  model: string | undefined;
  columns: Readonly<Record<string, unknown>> | undefined;
  action: string;
  actionDeclared: boolean;
  readonly observer: Observer;
  outcome: Outcome;
  outcomeCode: string | undefined;
  actor: Actor | null;
  context: ActivityContext;
  target: TargetLike | undefined;
  related: RelatedDraft[] | undefined;
  tool: string | undefined;
  message: string | undefined;
  values: Readonly<Record<string, unknown>> | undefined;
  reason: string | undefined;
  changes: Changes | undefined;
  changeFields: FieldTreatments | undefined;
  input: JsonObject | null;
  /** What deedlog saw by itself. */
  captured: Readonly<Record<string, unknown>> | undefined;
  /** What the caller said; wins over `captured`. */
  metadata: Readonly<Record<string, unknown>> | undefined;
  correlationId: string | null;
  causationId: string | null;
}
