import { AsyncLocalStorage } from 'node:async_hooks';
import type { MutableCounters } from '../deliver/counters.ts';
import type { Delivery } from '../deliver/delivery.ts';
import type { FailurePolicy } from '../deliver/failure-policy.ts';
import { coreError } from '../errors.ts';
import type { Activity } from '../record/activity.ts';
import { describeTarget } from '../record/target.ts';
import type { Target, TargetLike } from '../record/target.ts';
import type { Draft } from './draft.ts';
import type { Claims } from './claims.ts';
import { prepare } from './prepare.ts';
import type { Strictness } from './prepare.ts';
import type { Receipt } from './receipt.ts';
import type { Scope } from './scope.ts';
import type { Settings } from './settings.ts';
import type { Suppression } from './suppress.ts';

/** How a draft becomes a record. */
export interface RecordOptions {
  readonly strictness: Strictness;
  readonly transaction?: unknown;
}

/** What all ways of capture share: the scope, the settings, and the one way from a draft to the store. */
export class Recorder {
  readonly settings: Settings;
  readonly delivery: Delivery;
  readonly counters: MutableCounters;
  readonly #scopes = new AsyncLocalStorage<Scope>();
  #closed = false;
  #underWay = 0;
  #idle: (() => void) | undefined;

  constructor(settings: Settings, delivery: Delivery, counters: MutableCounters) {
    this.settings = settings;
    this.delivery = delivery;
    this.counters = counters;
  }

  get scope(): Scope | undefined {
    return this.#scopes.getStore();
  }

  enter<Result>(scope: Scope, body: () => Result): Result {
    return this.#scopes.run(scope, body);
  }

  /** Takes no more records; resolves when those under way are done. */
  async close(): Promise<void> {
    // What an intent was told just now is about to be recorded.
    await Promise.resolve();
    this.#closed = true;
    while (this.#underWay > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    }
  }

  /** Prepares, filters and delivers. In strict mode wrong input throws before anything is written. */
  async record(drafted: Draft | Promise<Draft>, { strictness, transaction }: RecordOptions): Promise<Receipt> {
    const { suppression } = this.scope ?? {};
    if (suppression !== undefined) return this.#suppress(drafted, suppression);
    const closed = this.#closed;
    this.#underWay++;
    try {
      const draft = drafted instanceof Promise ? await drafted : drafted;
      const claims = draft.observer === 'manual' ? this.scope?.claims : undefined;
      const prepared = prepare(draft, this.settings, strictness);
      const activity = prepared instanceof Promise ? await prepared : prepared;
      if (this.settings.isIgnored(activity)) return this.ignore(activity.id);
      if (closed) return this.#refuseClosed(activity, strictness);
      const receipt = await this.delivery.deliver(activity, { policy: this.policyOf(draft.action), transaction, rolledBack: () => claims?.release(activity.id) });
      const durable = receipt.status === 'stored' || receipt.status === 'joined';
      if (claims !== undefined && durable && activity.outcome === 'success') claimTarget(claims, activity);
      return receipt;
    } finally {
      if (--this.#underWay === 0) this.#idle?.();
    }
  }

  async #suppress(drafted: Draft | Promise<Draft>, suppression: Suppression): Promise<Receipt> {
    suppression.activities++;
    return { id: (await drafted).id, status: 'ignored' };
  }

  ignore(id: string): Receipt {
    this.counters.ignored++;
    return { id, status: 'ignored' };
  }

  policyOf(action: string): FailurePolicy {
    return this.settings.definitionOf(action)?.onFailure ?? this.settings.onFailure;
  }

  describe(target: TargetLike): Target {
    return describeTarget(target, this.settings.describers);
  }

  sameTarget(one: TargetLike, other: TargetLike): boolean {
    if (one === other) return true;
    try {
      const [a, b] = [this.describe(one), this.describe(other)];
      return a.type === b.type && String(a.id) === String(b.id);
    } catch {
      return false;
    }
  }

  sameAction(one: string, other: string): boolean {
    return one === other || this.settings.nameOf(one) === this.settings.nameOf(other);
  }

  #refuseClosed(activity: Activity, strictness: Strictness): Receipt {
    const error = coreError('CLOSED', activity.action);
    if (strictness === 'strict') throw error;
    this.counters.lost++;
    this.settings.report(error, activity);
    return { id: activity.id, status: 'lost', error };
  }
}

/** What is told by hand about a target explains what is changed of it later in the same flow. */
function claimTarget(claims: Claims, { id, targetType, targetId }: Activity): void {
  if (targetType !== null && targetId !== null) claims.claim({ type: targetType, id: targetId }, id);
}
