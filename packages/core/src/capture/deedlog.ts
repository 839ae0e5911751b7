import type { ActionCatalogue, ActionName } from '../record/action.ts';
import type { AuditColumns, ModelFact, ModelName, ModelSettings, OwnColumns } from '../record/model.ts';
import type { ActivityContext } from '../record/activity.ts';
import type { Flow } from './flow.ts';
import type { Audit, Intent, IntentOptions } from './intent.ts';
import type { Receipt } from './receipt.ts';
import type { SerializedContext, ResumeOptions, RunOptions } from './scope.ts';
import type { ActivityInput } from './track-activity.ts';
import type { AuditedChange, AuditedUpdate } from './track-change.ts';
import type { LoginInput, LogoutInput } from './track-login.ts';
import type { Counters } from '../deliver/counters.ts';

/** Everything that `createDeedlog` returns. `Host` is what the actor and context resolvers get: your tRPC or GraphQL context. */
export interface Deedlog<Host = unknown, Catalogue extends ActionCatalogue = ActionCatalogue, Models extends ModelSettings = ModelSettings> {
  /** False: the one switch is off, and nothing costs anything. */
  readonly enabled: boolean;
  /** The catalogue, for adapters and tools. */
  readonly actions: Catalogue | undefined;
  /** Names of the models, `default` among them, for adapters and tools. */
  readonly models: readonly string[];
  /** The intent that is open here. Its methods throw `INTENT_MISSING` where none is. */
  readonly audit: Audit<AuditColumns<Models>>;
  /** Counts since the start: what was stored, lost, spooled, ignored, and how often sinks failed. */
  readonly counters: Counters;

  /**
   * Records one activity; every other way of capture ends here. In a transaction that the store sees (or
   * `options.transaction`) it is written with it. Throws on wrong input, before anything is written; throws
   * `STORE_WRITE_FAILED` only in a transaction, under policy `closed`. Otherwise the receipt says what became of it.
   */
  trackActivity<const Name extends ActionName<Catalogue>, const Model extends ModelName<Models> = 'default'>(
    activity: ActivityInput<Catalogue, Name, Models, Model>,
    options?: TrackOptions,
  ): Promise<Receipt>;
  /** A login, failed login, refresh or impersonation, after the token was issued or refused. Completes the open intent if there is one. */
  trackLogin<const Model extends ModelName<Models> = 'default'>(login: LoginInput & ModelFact<Models, Model>): Promise<Receipt>;
  /** A logout, after the token was revoked. */
  trackLogout<const Model extends ModelName<Models> = 'default'>(logout: LogoutInput & ModelFact<Models, Model>): Promise<Receipt>;
  auditCreate<Data extends object, const Model extends ModelName<Models> = 'default'>(
    change: AuditedChange<Data> & ModelFact<Models, Model>,
    options?: TrackOptions,
  ): Promise<Receipt>;
  auditUpdate<Data extends object, const Model extends ModelName<Models> = 'default'>(
    change: AuditedUpdate<Data> & ModelFact<Models, Model>,
    options?: TrackOptions,
  ): Promise<Receipt>;
  auditDelete<Data extends object, const Model extends ModelName<Models> = 'default'>(
    change: AuditedChange<Data> & ModelFact<Models, Model>,
    options?: TrackOptions,
  ): Promise<Receipt>;

  /** Opens a scope: who acts and from where, for everything that `body` does and awaits. */
  run<Result>(options: RunOptions<Host>, body: () => Result): Result;
  /** Runs `body` as one audited intent; its error makes the outcome `failure`, and is thrown on unchanged. */
  withIntent<Result, const Model extends ModelName<Models> = 'default'>(
    options: WithIntentOptions<Host, Catalogue, Models, Model>,
    body: (audit: Audit<OwnColumns<Models, Model>>) => Result | Promise<Result>,
  ): Promise<Result>;
  /** For adapters: opens an intent that the adapter runs and ends. */
  openIntent(options: IntentOptions<Host>): Intent;
  /** Nothing that `body` does is recorded: for migrations and seeds. */
  pause<Result>(body: () => Result): Result;

  /**
   * Nothing that `body` does is recorded, but that it was suppressed is: one `deedlog.suppress` with the reason and the number
   * of changes and activities left out. For mass corrections that are documented elsewhere.
   */
  suppress<Result>(reason: string, body: () => Result | Promise<Result>): Promise<Result>;

  currentContext(): ActivityContext | undefined;
  /** Throws `CONTEXT_MISSING` outside a scope. */
  requireContext(): ActivityContext;
  /** The flow that runs here, for logs of what belongs to it; undefined outside a scope. */
  currentFlow(): Flow | undefined;
  /** The scope as JSON text, to travel with a job. Throws `CONTEXT_MISSING` outside a scope. */
  serializeContext(): Promise<SerializedContext>;
  /** Opens the scope that a job brought along. Throws `CONTEXT_INVALID`. */
  resume<Result>(serialized: SerializedContext, options: ResumeOptions, body: () => Result): Result;

  /** Asks the store whether it is ready. Rejects with a coded error that says the remedy. Call it at start-up. */
  check(): Promise<void>;
  /** Hands spooled activities to the store; also done by itself after a successful write. Returns how many were written. */
  drain(): Promise<number>;
  /** Has the sinks hand on at once what they hold, because the process is about to end and nothing can be awaited. Never throws. */
  flushSync(): void;
  /** Waits for what is under way, then closes sinks, spool and store. */
  close(): Promise<void>;
}

export interface TrackOptions {
  /** The transaction to join where the store cannot see it by itself, for example an EntityManager after `em.begin()`. */
  readonly transaction?: unknown;
}

export interface WithIntentOptions<
  Host,
  Catalogue extends ActionCatalogue,
  Models extends ModelSettings = ModelSettings,
  Model extends ModelName<Models> = 'default',
> extends Omit<IntentOptions<Host>, 'action' | 'actionDeclared' | 'observer' | 'input' | 'model' | 'columns'> {
  /** The kind of activity. Default `default`. */
  readonly model?: Model;
  /** Values of the model's own columns; `audit.columns` adds to them. */
  readonly columns?: Partial<OwnColumns<Models, Model>>;
  readonly action: ActionName<Catalogue>;
  /** Which fields of `data` may be stored. */
  readonly fields?: readonly string[] | IntentOptions['input'];
  /** The validated input. */
  readonly data?: unknown;
}
