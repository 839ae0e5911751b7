import type { Activity } from '../record/activity.ts';
import type { Actor } from '../record/actor.ts';
import { coreError } from '../errors.ts';
import { createId } from '../record/id.ts';
import { DEFAULT_MODEL } from '../record/model.ts';
import type { Ending, Outcome } from '../record/outcome.ts';
import type { TargetLike } from '../record/target.ts';
import type { WriteInTransaction } from '../deliver/store.ts';
import { draftIntent } from './draft-intent.ts';
import type { Draft } from './draft.ts';
import { IntentInput } from './intent-input.ts';
import type { Intent, IntentOptions } from './intent.ts';
import { IntentActivity } from './intent-activity.ts';
import { IntentFacts, withLate } from './intent-facts.ts';
import type { Completion, Facts } from './intent-facts.ts';
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

const NOTHING: Promise<undefined> = Promise.resolve(undefined);

/** The intent behind {@link Intent}: collects facts, and sees to it that they are stored exactly once. */
export class OpenIntent extends IntentFacts implements Intent {
  readonly id: string;
  readonly scope: Scope;
  /** What triggers see inside is this act's doing. */
  readonly inTransaction: IntentActivity = new IntentActivity(this, this.recorder);
  readonly #options: IntentOptions<never>;
  readonly occurredAt: Date;
  #state: State = 'open';
  #ended = false;
  /** A helper completed this intent; the next one makes a record of its own. */
  #claimed = false;
  action: string;
  #model: string | undefined;
  #ending: Ending | undefined;
  #skipped = false;
  readonly #input = new IntentInput();
  /** How the record that a transaction took says that it ended. */
  #recordedAs: Outcome = 'success';
  /** What became of that record. */
  #receipt: Receipt | Promise<Receipt> | undefined;

  constructor(options: IntentOptions<never>, outer: Scope, { recorder, id, now }: { readonly recorder: Recorder; readonly id: string; readonly now: number }) {
    super(recorder);
    this.occurredAt = new Date(now);
    this.id = id;
    this.#options = options;
    this.action = options.action;
    this.#model = options.model;
    if (options.columns !== undefined) this.facts.columns = options.columns;
    if (options.target !== undefined) this.facts.target = options.target;
    if (options.reason !== undefined) this.facts.reason = options.reason;
    const { context, actor, correlationId, paused, claims, flowActor, suppression } = outer;
    this.scope = { context, actor, correlationId, paused, claims, flowActor, suppression, causationId: outer.intent?.id ?? outer.causationId, intent: this };
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
    this.inTransaction.left ||= !this.recorded;
  }

  sawInput(input: unknown): void {
    if (this.#options.input !== undefined && !this.scope.paused) this.#input.saw(input, this.#options.input, this.recorder.settings.isDenied);
  }

  sawInvalidInput(input: unknown): void {
    this.#input.sawInvalid(input);
  }

  derive(callback: () => void): void {
    try {
      callback();
    } catch (cause) {
      this.recorder.settings.report(coreError('INTENT_CALLBACK_FAILED', this.action, cause));
    }
  }

  /** Whether what is changed now is this act's doing. */
  get explains(): boolean {
    return !this.#ended && !this.#skipped;
  }

  get policy(): ReturnType<Recorder['policyOf']> {
    return this.recorder.policyOf(this.action);
  }

  /** Whether an ignore rule leaves this act out, as far as can be told by now. */
  async isIgnored(): Promise<boolean> {
    const { settings } = this.recorder;
    if (!settings.hasIgnoreRules) return false;
    return settings.isIgnored(await prepare(await this.#draft({ outcome: 'success' }, this.facts), { ...settings, report: () => undefined }, 'lenient'));
  }

  /** Whether a helper that is about `action` and `target` tells of this very act. */
  accepts(action: string, target: TargetLike | undefined): boolean {
    if (this.#claimed || this.#skipped || this.#ended) return false;
    const own = this.facts.target ?? (this.recorded ? this.suggested : undefined);
    const sameTarget = own === undefined || target === undefined || this.recorder.sameTarget(own, target);
    const nameable = this.#options.actionDeclared !== true && !this.recorded;
    return sameTarget && (nameable || this.names(action));
  }

  /** Whether the intent was declared, or defaults, to this action. */
  names(action: string): boolean {
    return this.recorder.sameAction(this.action, action);
  }

  /** Whether the record is, or can still become, one of this model. */
  isOfModel(model: string | undefined): boolean {
    return model === undefined || model === (this.#model ?? DEFAULT_MODEL) || (this.#model === undefined && !this.recorded);
  }

  complete({ action, model, ending, ...facts }: Completion): Receipt {
    this.#claimed = true;
    if (this.#options.actionDeclared !== true && !this.recorded) this.action = action;
    if (!this.recorded) this.#model ??= model;
    this.#ending = ending ?? this.#ending;
    this.add(facts);
    return { id: this.id, status: 'merged' };
  }

  /** Stores the record in the transaction that is about to commit. Rejects where the change must be rolled back. */
  async joinTransaction(transaction: object, write: WriteInTransaction): Promise<void> {
    if (this.recorded || this.#skipped || this.scope.suppression !== undefined) return;
    const { policy } = this;
    this.#state = 'joining';
    try {
      const draft = await this.#draft(this.#ending ?? { outcome: 'success' }, this.facts);
      // A change is undone if it cannot say what was done; not if it was refused or failed.
      const strict = policy === 'closed' && draft.outcome === 'success';
      const activity = await prepare(draft, this.recorder.settings, strict ? 'strict' : 'lenient');
      this.#recordedAs = activity.outcome;
      this.inTransaction.left = this.recorder.settings.isIgnored(activity);
      if (this.inTransaction.left) return this.#reopen();
      if (!(await this.#writeInto(transaction, activity, write))) return this.#reopen();
    } catch (error) {
      this.#reopen();
      throw error;
    }
  }

  end(ending: Ending): Promise<Receipt | undefined> {
    if (this.#ended) return NOTHING;
    this.#ended = true;
    if (this.scope.paused) return NOTHING;
    const final = this.#final(ending);
    if (this.recorded) return this.#endRecorded(final);
    if (this.#skipped) {
      this.recorder.counters.ignored++;
      return NOTHING;
    }
    // From here on what is said is late: the draft has been made.
    this.#state = 'recorded';
    return this.inTransaction.noting(this.recorder.record(this.#draft(final, this.facts), { strictness: 'lenient', transaction: this.transaction }));
  }

  /** What was said about the end wins over what the adapter saw, but nobody can call an act done that threw. */
  #final(seen: Ending): Ending {
    return this.#ending === undefined || (this.#ending.outcome === 'success' && seen.outcome !== 'success') ? seen : this.#ending;
  }

  protected override saidLate(): void {
    if (!this.#ended || this.scope.paused) return;
    // What is said at one go makes one activity; nobody waits for it but `close`.
    queueMicrotask(() => {
      // A refusal has been reported and counted by then.
      if (this.late !== undefined) this.#recordAgain({ outcome: 'success' }).catch(() => undefined);
    });
  }

  async #writeInto(transaction: object, activity: Activity, write: WriteInTransaction): Promise<boolean> {
    const { policy } = this;
    const { delivery } = this.recorder;
    const recorded = (receipt: Receipt | Promise<Receipt>): void => {
      this.#state = 'recorded';
      this.#receipt = receipt;
    };
    const entry = { activity, recorded, rolledBack: () => this.#reopen() };
    try {
      const written = await write(activity, { isolate: policy !== 'closed' });
      if (written) delivery.transactions.add(transaction, entry);
      return written;
    } catch (cause) {
      const refusal = delivery.refuse(activity, cause);
      if (policy === 'closed') throw refusal;
      this.inTransaction.left = policy === 'open';
      delivery.transactions.add(transaction, { ...entry, refusal });
      return true;
    }
  }

  #reopen(): void {
    // An intent that has ended stays so: its act was undone with the transaction.
    if (!this.#ended) this.#state = 'open';
  }

  async #endRecorded(ending: Ending): Promise<Receipt> {
    if (ending.outcome !== this.#recordedAs || this.late !== undefined) return this.#recordAgain(ending);
    return (await this.#receipt) ?? { id: this.id, status: 'joined' };
  }

  /** The record is in the log. What came later is a second activity, caused by the first. */
  #recordAgain(ending: Ending): Promise<Receipt> {
    const { late = {}, facts } = this;
    if (this.late !== undefined) this.recorder.settings.report(coreError('FACT_LATE', this.action));
    this.late = undefined;
    const again = (draft: Draft): Draft => ({ ...draft, id: createId(), occurredAt: late.occurredAt ?? new Date(), causationId: this.id });
    const draft = this.#draft(ending, withLate(facts, late));
    return this.recorder.record(draft instanceof Promise ? draft.then(again) : again(draft), { strictness: 'lenient', transaction: this.transaction });
  }

  #draft(ending: Ending, facts: Facts): Draft | Promise<Draft> {
    const actor = facts.actor ?? this.scope.actor ?? null;
    return actor instanceof Promise ? actor.then((known) => this.#draftBy(known, ending, facts)) : this.#draftBy(actor, ending, facts);
  }

  #draftBy(actor: Actor | null, ending: Ending, facts: Facts): Draft {
    const { id, occurredAt, action, scope, suggested } = this;
    const { json: input } = this.#input;
    const captured = this.#input.captured(this.#options.metadata);
    const stated = this.#ending !== undefined;
    return draftIntent({ id, occurredAt, model: this.#model, action, options: this.#options, scope, actor, ending, stated, facts, suggested, input, captured });
  }
}
