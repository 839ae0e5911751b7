import type { ChangeVerb } from '../capture/track-change.ts';
import type { Activity } from '../record/activity.ts';
import type { WrittenEffect } from '../record/durable-effect.ts';
import type { ModelShape } from '../record/model.ts';
import type { IsDenied } from '../record/redact.ts';
import type { Target, TargetDescriber } from '../record/target.ts';

/** How a batch is to be written. */
export interface WriteOptions {
  /**
   * The caller's transaction, for example an EntityManager; undefined: the one the store sees around, if any. One that the store told
   * {@link TransactionHooks} of means that transaction as it stands now, and counts as undefined once it is over.
   */
  readonly transaction?: unknown;
  /** In a transaction: a failed write must leave the transaction usable (a savepoint). Default false. */
  readonly isolate?: boolean;
  /**
   * The record must outlive the surrounding transaction, whatever becomes of it (a denied or failed act).
   * A store inside a transaction keeps it and writes it on its own right after the transaction has ended.
   */
  readonly survive?: boolean;
  /** Never join, whatever transaction is open around: work in the background that belongs to no caller. Default false. */
  readonly own?: boolean;
}

/** Where a batch went. `transaction` identifies the transaction to {@link TransactionHooks}. */
export type Placement =
  | { readonly at: 'own' }
  | { readonly at: 'joined'; readonly transaction: object }
  | { readonly at: 'deferred' };

/** Writes one activity on the connection of the transaction that is about to commit; false: it wrote nothing. */
export type WriteInTransaction = (activity: Activity, options: { readonly isolate: boolean }) => Promise<boolean>;

/** A change of an audited entity that a store is about to write in a transaction. */
export interface EntityChange {
  readonly target: Target;
  readonly verb: ChangeVerb;
  /** The kind of activity that is to tell of it where no intent does. Default `default`. */
  readonly model?: string | undefined;
}

/** Who caused the changes of one flush. */
export interface Explanation {
  /** For each change, in order, the activity that its effect belongs to; null: an ignore rule leaves the change out. */
  readonly activityIds: readonly (string | null)[];
  /** The records of changes that no intent explains: to be written with the effects, in the same statement. */
  readonly activities: readonly Activity[];
  /** A refused write must leave the transaction usable: the policy of the act is not `closed`. */
  readonly isolate: boolean;
}

/** What a trigger wrote of an activity in one transaction. */
export interface TriggeredEffects {
  /** The entity whose row changed first, or its table where no entity has it. */
  readonly type: string;
  readonly verb: ChangeVerb;
  /** The row's key, where no other row changed. */
  readonly id: string | undefined;
}

/** An activity told by hand, and what it is about. */
export interface ToldTarget {
  readonly target: Target;
  readonly activityId: string;
}

/** The activity whose id the effects get that triggers write. */
export interface TransactionActivity {
  readonly id: string;
  /** A refused {@link least} must leave the transaction usable: the policy of the act is not `closed`. */
  readonly isolate: boolean;
  /** Whether {@link least} may have something to say; false where the record was written, or will be. */
  isUnrecorded(): boolean;
  /**
   * What activities told by hand in the same flow are about, asked before the commit: the effects on their targets belong to them, and
   * only what is left to this one. Empty where this one explains all that is changed in it.
   */
  told(): readonly ToldTarget[];
  /** The least record of the act, so that its effects do not point to nothing. Undefined: nothing is missing. */
  least(effects: TriggeredEffects): Promise<Activity | undefined>;
}

/** What a store tells deedlog about the transactions that it sees. Every call is awaited by the store. */
export interface TransactionHooks {
  /**
   * Before the outermost commit, in the async context of the code that commits. deedlog hands the open intent's
   * record to `write`. Rejects with `STORE_WRITE_FAILED` where the failure policy demands a rollback.
   */
  beforeCommit(transaction: object, write: WriteInTransaction): Promise<void>;
  afterCommit(transaction: object): void;
  afterRollback(transaction: object): void;
  /** A savepoint was released: what was written in it now belongs to `parent`. */
  afterRelease(savepoint: object, parent: object): void;
  /** A batch that was deferred has been tried. */
  afterDeferred(activities: readonly Activity[], error?: unknown): void;
  /**
   * The entity that a flush changes first becomes the open intent's target, unless one was named, or `transaction` is rolled
   * back. Undefined: the flush is about to open a transaction of its own.
   */
  suggestTarget(entity: object, transaction?: object): void;
  /**
   * Which activities explain the changes of a flush, asked in the async context of that flush. Undefined: nothing of it is
   * recorded (paused, suppressed, ignored). The store then writes the effects and calls {@link wroteEffects} or {@link refusedEffects}.
   */
  explain(changes: readonly EntityChange[]): Promise<Explanation | undefined>;
  /**
   * Which activity explains what is changed now in this transaction past the store's eyes, asked in the async context of each
   * statement. The same activity is the same object. Undefined: nobody was asked who acts, or recording is paused.
   */
  activityIn(transaction: object): TransactionActivity | undefined;
  /** `effects`: those that the store knows of, for sinks. */
  wroteEffects(transaction: object, explanation: Explanation, effects?: readonly WrittenEffect[]): void;
  /** Throws `STORE_WRITE_FAILED` where the change must be rolled back: unless `isolate`. */
  refusedEffects(explanation: Explanation, cause: unknown): void;
  /** Whether a change that no intent explains can be told by this model. Throws `MODEL_UNKNOWN`, `MODEL_COLUMN_MISSING`. */
  checkModel(name: string): void;
  /** The rule of the set-up (its option `redact`) for keys inside of values that a store itself puts into effects. */
  readonly isDenied: IsDenied;
  /** The identity of the outermost scope here, for example of a request; undefined outside any. */
  flow(): object | undefined;
}

/**
 * The port to durable storage. An adapter is a function that returns one; `test/contract` holds the suite it must pass.
 * Writing an id twice stores it once.
 */
export interface Store {
  /** Appends activities, all or none. */
  write(activities: readonly Activity[], options?: WriteOptions): Promise<Placement>;
  /** The transaction that {@link write} would join, by the identity that the hooks use; undefined: none. Absent: never. */
  transactionOf?(transaction?: unknown): object | undefined;
  /**
   * Called once by `createDeedlog`, with the models that have a table of their own, by name. Throws a coded error on a wrong set-up.
   */
  connect?(hooks: TransactionHooks, models?: ReadonlyMap<string, ModelShape>): void;
  /** Whether the store is ready, for example its tables exist. Rejects with a coded error that says the remedy. */
  check?(): Promise<void>;
  readonly describeTarget?: TargetDescriber;
  close?(): Promise<void>;
}
