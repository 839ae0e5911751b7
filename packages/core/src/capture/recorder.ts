import { AsyncLocalStorage } from 'node:async_hooks';
import type { MutableCounters } from '../deliver/counters.ts';
import type { Delivery } from '../deliver/delivery.ts';
import type { FailurePolicy } from '../deliver/failure-policy.ts';
import { coreError } from '../errors.ts';
import type { Activity } from '../record/activity.ts';
import { describeTarget } from '../record/target.ts';
import type { Target, TargetLike } from '../record/target.ts';
import type { Draft } from './draft.ts';
import { prepare } from './prepare.ts';
import type { Strictness } from './prepare.ts';
import type { Receipt } from './receipt.ts';
import type { Scope } from './scope.ts';
import type { Settings } from './settings.ts';

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

  close(): void {
    this.#closed = true;
  }

  /** Prepares, filters and delivers. In strict mode wrong input throws before anything is written. */
  async record(draft: Draft, { strictness, transaction }: RecordOptions): Promise<Receipt> {
    const prepared = prepare(draft, this.settings, strictness);
    const activity = prepared instanceof Promise ? await prepared : prepared;
    if (this.scope?.paused === true || this.settings.isIgnored(activity)) return this.#ignore(activity);
    if (this.#closed) return this.#refuseClosed(activity, strictness);
    return this.delivery.deliver(activity, { policy: this.policyOf(draft.action), transaction });
  }

  policyOf(action: string): FailurePolicy {
    const { actions, onFailure } = this.settings;
    return (actions !== undefined && Object.hasOwn(actions, action) ? actions[action]?.onFailure : undefined) ?? onFailure;
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
    return one === other || this.settings.normalizeAction(one) === this.settings.normalizeAction(other);
  }

  #ignore({ id }: Activity): Receipt {
    this.counters.ignored++;
    return { id, status: 'ignored' };
  }

  #refuseClosed(activity: Activity, strictness: Strictness): Receipt {
    const error = coreError('CLOSED', activity.action);
    if (strictness === 'strict') throw error;
    this.counters.lost++;
    this.settings.report(error, activity);
    return { id: activity.id, status: 'lost', error };
  }
}
