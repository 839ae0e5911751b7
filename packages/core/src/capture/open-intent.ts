import type { Activity, ActivityContext } from '../record/activity.ts';
import { coreError } from '../errors.ts';
import { createId } from '../record/id.ts';
import type { Ending } from '../record/outcome.ts';
import { inputKeys, selectFields } from '../record/select.ts';
import type { JsonObject } from '../record/serialize.ts';
import type { TargetLike } from '../record/target.ts';
import type { WriteInTransaction } from '../deliver/store.ts';
import type { Draft } from './draft.ts';
import type { Intent, IntentOptions } from './intent.ts';
import { IntentFacts } from './intent-facts.ts';
import type { Facts } from './intent-facts.ts';
import { prepare } from './prepare.ts';
import type { Receipt } from './receipt.ts';
import type { Recorder } from './recorder.ts';
import type { Scope } from './scope.ts';

/**
 * - `open`: not stored.
 * - `joining`: written in a transaction that has not committed.
 * - `recorded`: durable; what is said from now on is late.
 */
type State = 'open' | 'joining' | 'recorded';

/** What a helper brings to an intent that it completes. */
export interface Completion extends Facts {
  readonly action?: string;
  readonly ending?: Ending | undefined;
  readonly message?: string | undefined;
  readonly tool?: string | undefined;
}

/** The intent behind {@link Intent}: collects facts, and sees to it that they are stored exactly once. */
export class OpenIntent extends IntentFacts implements Intent {
  readonly id: string;
  readonly scope: Scope;
  /** A helper completed this intent; the next one makes a record of its own. */
  claimed = false;
  readonly #options: IntentOptions<never>;
  readonly #occurredAt = new Date();
  #state: State = 'open';
  #action: string;
  #message: string | undefined;
  #tool: string | undefined;
  #ending: Ending | undefined;
  #skipped = false;
  #input: JsonObject | null = null;
  #inputKeys: readonly string[] | undefined;

  constructor(options: IntentOptions<never>, outer: Omit<Scope, 'intent'> & { intent?: OpenIntent | undefined }, recorder: Recorder) {
    super(recorder);
    this.id = createId(this.#occurredAt.getTime());
    this.#options = options;
    this.#action = options.action;
    this.#message = options.message;
    this.#tool = options.tool;
    if (options.target !== undefined) this.facts.target = options.target;
    if (options.reason !== undefined) this.facts.reason = options.reason;
    const { context, actor, correlationId, paused } = outer;
    this.scope = { context, actor, correlationId, paused, causationId: outer.intent?.id ?? outer.causationId, intent: this };
  }

  protected override get recorded(): boolean {
    return this.#state !== 'open';
  }

  run<Result>(body: () => Result): Result {
    return this.recorder.enter(this.scope, body);
  }

  outcome(ending: Ending): void {
    this.#ending = ending;
  }

  skip(): void {
    this.#skipped = true;
  }

  sawInput(input: unknown): void {
    if (this.#options.input === undefined) return;
    // Taken now: the resolver may change the object that it was given.
    this.#input = selectFields(input, this.#options.input, this.recorder.settings.isDenied);
  }

  sawInvalidInput(input: unknown): void {
    this.#input = null;
    this.#inputKeys = inputKeys(input);
  }

  derive(callback: () => void): void {
    try {
      callback();
    } catch (cause) {
      this.recorder.settings.report(coreError('INTENT_CALLBACK_FAILED', this.#action, cause));
    }
  }

  /** Whether a helper that is about `action` and `target` tells of this very act. */
  accepts(action: string, target: TargetLike | undefined): boolean {
    if (this.#state !== 'open' || this.claimed || this.#skipped) return false;
    const own = this.facts.target;
    const sameTarget = own === undefined || target === undefined || this.recorder.sameTarget(own, target);
    return sameTarget && (this.#options.actionDeclared !== true || this.names(action));
  }

  /** Whether the intent was declared, or defaults, to this action. */
  names(action: string): boolean {
    return this.recorder.sameAction(this.#action, action);
  }

  complete({ action, ending, message, tool, metadata, ...facts }: Completion): void {
    this.claimed = true;
    if (action !== undefined && this.#options.actionDeclared !== true) this.#action = action;
    this.#ending = ending ?? this.#ending;
    this.#message = message ?? this.#message;
    this.#tool = tool ?? this.#tool;
    Object.assign(this.facts, Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined && fact !== null)));
    if (metadata !== undefined) this.metadata(metadata);
  }

  /** Stores the record in the transaction that is about to commit. Rejects where the change must be rolled back. */
  async joinTransaction(transaction: object, write: WriteInTransaction): Promise<void> {
    if (this.#state !== 'open' || this.#skipped || (this.#ending?.outcome ?? 'success') !== 'success') return;
    const policy = this.recorder.policyOf(this.#action);
    this.#state = 'joining';
    try {
      const draft = await this.#draft(this.#ending ?? { outcome: 'success' }, this.facts);
      const activity = await prepare(draft, this.recorder.settings, policy === 'closed' ? 'strict' : 'lenient');
      if (this.recorder.settings.isIgnored(activity)) return this.#reopen();
      if (!(await this.#writeInto(transaction, activity, write))) return this.#reopen();
    } catch (error) {
      this.#reopen();
      throw error;
    }
  }

  async end(ending: Ending): Promise<Receipt | undefined> {
    if (this.#state !== 'open') return this.#endRecorded(ending);
    if (this.#skipped) {
      this.recorder.counters.ignored++;
      return undefined;
    }
    const final = this.#ending ?? ending;
    return this.recorder.record(await this.#draft(final, this.facts), { strictness: 'lenient' });
  }

  async #writeInto(transaction: object, activity: Activity, write: WriteInTransaction): Promise<boolean> {
    const policy = this.recorder.policyOf(this.#action);
    const { delivery } = this.recorder;
    const entry = { activity, recorded: () => (this.#state = 'recorded'), rolledBack: () => this.#reopen() };
    try {
      const written = await write(activity, { isolate: policy !== 'closed' });
      if (written) delivery.transactions.add(transaction, entry);
      return written;
    } catch (cause) {
      if (policy === 'closed') await delivery.refused(activity, cause, { policy, rollback: true });
      else delivery.transactions.add(transaction, { ...entry, refusal: { cause, policy } });
      return true;
    }
  }

  #reopen(): void {
    this.#state = 'open';
  }

  /** The record is in the log. What came later is a second activity, caused by the first. */
  async #endRecorded(ending: Ending): Promise<Receipt | undefined> {
    const final = this.#ending ?? ending;
    if (final.outcome === 'success' && this.late === undefined) return { id: this.id, status: 'stored' };
    if (this.late !== undefined) this.recorder.settings.report(coreError('FACT_LATE', this.#action));
    const draft = await this.#draft(final, { ...this.facts, ...this.late });
    const { changes: _recorded, ...late } = { ...draft, changes: undefined };
    return this.recorder.record(
      { ...late, changes: this.late?.changes, id: createId(), occurredAt: new Date(), causationId: this.id },
      { strictness: 'lenient' },
    );
  }

  async #draft({ outcome, code }: Ending, facts: Facts): Promise<Draft> {
    const { observer, metadata, actionDeclared = false } = this.#options;
    const { actor, context, correlationId, causationId } = this.scope;
    return {
      id: this.id,
      occurredAt: this.#occurredAt,
      action: this.#action,
      actionDeclared,
      observer,
      outcome,
      outcomeCode: code,
      actor: facts.actor ?? (await actor),
      context: context as ActivityContext,
      target: facts.target ?? this.suggested,
      related: facts.related,
      tool: this.#tool,
      message: outcome === 'success' ? this.#message : undefined,
      values: facts.values,
      reason: facts.reason,
      changes: facts.changes,
      changeFields: facts.changeFields,
      input: this.#input,
      captured: this.#inputKeys === undefined ? metadata : { ...metadata, inputKeys: this.#inputKeys },
      metadata: facts.metadata,
      correlationId,
      causationId,
    };
  }
}
