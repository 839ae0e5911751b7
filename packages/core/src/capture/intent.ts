import type { Actor } from '../record/actor.ts';
import type { ActivityContext, Observer } from '../record/activity.ts';
import type { Changes } from '../record/changes.ts';
import type { FieldTreatments } from '../record/fields.ts';
import type { Ending } from '../record/outcome.ts';
import type { TargetLike } from '../record/target.ts';
import type { Receipt } from './receipt.ts';

/**
 * What the body of an audited procedure, mutation or `withIntent` can say about what it is doing.
 * Said before the flush it is part of the record; said after the record was committed it becomes a second activity
 * with the first one's id as `causationId`, and `FACT_LATE` is reported.
 * `Columns` are the own columns of the intent's model.
 */
export interface Audit<Columns extends object = Readonly<Record<string, unknown>>> {
  /** The id that the activity has or will have. */
  readonly id: string;
  /** What is acted on. An entity may still lack its serial key: it is asked when the record is written. */
  target(target: TargetLike): void;
  /** Something else that takes part, with its role. */
  related(role: string, target: TargetLike): void;
  /** Why. */
  reason(reason: string): void;
  /** Adds to the metadata; a key given here wins over a captured one. */
  metadata(metadata: Readonly<Record<string, unknown>>): void;
  /** Objects for the slots of the message template. */
  values(values: Readonly<Record<string, unknown>>): void;
  /** Field changes that no effect carries, from `createDiff`. */
  changes(changes: Changes): void;
  /** Values of the model's own columns. */
  columns(columns: Partial<Columns>): void;
  /** Who acts, where the body knows better than the resolver: after a login. */
  actor(actor: Actor): void;
  /** How it ended, where no error says so: a refused payment that is returned as data. Wins over the adapter's ending. */
  outcome(ending: Ending): void;
  /** The act turned out not to be worth a record. Has no effect once the record was committed. */
  skip(): void;
}

/** How an adapter opens an intent. */
export interface IntentOptions<Host = unknown> {
  /** As declared; normalised by deedlog. */
  readonly action: string;
  /** False: `action` is only a default (a procedure path), and a helper such as `trackLogin` may name a better one. */
  readonly actionDeclared?: boolean;
  readonly observer: Observer;
  /** The kind of activity. Default `default`. */
  readonly model?: string | undefined;
  /** Values of the model's own columns, as far as they are known now. */
  readonly columns?: Readonly<Record<string, unknown>> | undefined;
  /** What the actor and context resolvers get. Absent: the surrounding scope's. */
  readonly host?: Host;
  readonly tool?: string | undefined;
  readonly message?: string | undefined;
  readonly target?: TargetLike | undefined;
  readonly reason?: string | undefined;
  /** Captured facts; explicit metadata wins over them. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Which fields of the input may be stored. Default: none. */
  readonly input?: FieldTreatments | undefined;
  readonly context?: ActivityContext;
}

/** An open intent as an adapter holds it. */
export interface Intent extends Audit {
  /** Runs the body with this intent current; the async context follows it. */
  run<Result>(body: () => Result): Result;
  /** The validated input; only allow-listed fields of it are kept. */
  sawInput(input: unknown): void;
  /** Raw input that failed validation: only its key names are kept. */
  sawInvalidInput(input: unknown): void;
  /** A fact that the options of the adapter derive from the input; a throwing callback is reported, never thrown. */
  derive(callback: () => void): void;
  /**
   * Ends the intent and stores its record unless a transaction already did. A store that fails is reported and counted, so that
   * the caller's own result or error stands. Rejects in one case only, with `STORE_WRITE_FAILED`: a successful intent under policy
   * `closed` that ends inside a transaction of the caller, which must then be rolled back. Resolves to the receipt, undefined where
   * nothing was to be stored. A second call does nothing.
   */
  end(ending: Ending): Promise<Receipt | undefined>;
}
