import type { Receipt } from '../capture/receipt.ts';
import type { OnProblem } from '../capture/settings.ts';
import { coreError } from '../errors.ts';
import type { DeedlogError } from '../errors.ts';
import type { Activity } from '../record/activity.ts';
import type { MutableCounters } from './counters.ts';
import type { FailurePolicy } from './failure-policy.ts';
import type { FanOut } from './fan-out.ts';
import { Gap } from './gap.ts';
import type { Placement, Store } from './store.ts';
import type { Spool } from './spool.ts';
import { TransactionLedger } from './transaction-ledger.ts';
import type { TransactionEntry } from './transaction-ledger.ts';

export interface DeliveryParts {
  readonly store: Store;
  readonly spool: Spool | undefined;
  readonly fanOut: FanOut;
  readonly counters: MutableCounters;
  readonly report: OnProblem;
  readonly source: string;
}

export interface DeliverOptions {
  readonly policy: FailurePolicy;
  readonly transaction?: unknown;
}

/** Brings finished activities to the store, and decides what a refusal means. */
export class Delivery {
  /** What was written in transactions that are still open. */
  readonly transactions: TransactionLedger = new TransactionLedger();
  readonly #parts: DeliveryParts;
  readonly #gap = new Gap();
  readonly #background = new Set<Promise<unknown>>();
  /** A spool may hold what an earlier process left. */
  #spoolMayHold: boolean;
  #draining: Promise<number> | undefined;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    this.#spoolMayHold = parts.spool !== undefined;
  }

  /** Rejects only with `STORE_WRITE_FAILED`: in a transaction of the caller, under policy `closed`. */
  async deliver(activity: Activity, { policy, transaction }: DeliverOptions): Promise<Receipt> {
    const { store } = this.#parts;
    const within = store.inTransaction?.(transaction) ?? false;
    const survive = within && activity.outcome !== 'success';
    try {
      const placement = await store.write([activity], within ? { transaction, survive, isolate: policy !== 'closed' } : undefined);
      return this.#placed(activity, placement);
    } catch (cause) {
      return this.refused(activity, cause, { policy, rollback: within && !survive });
    }
  }

  /** Decides about a record that the store refused. `rollback`: a transaction is still open that can be undone. */
  async refused(activity: Activity, cause: unknown, { policy, rollback }: { policy: FailurePolicy; rollback: boolean }): Promise<Receipt> {
    const { counters, report } = this.#parts;
    const error = coreError('STORE_WRITE_FAILED', activity.action, cause);
    counters.refused++;
    report(error, activity);
    if (rollback && policy === 'closed') throw error;
    return this.#keep(activity, error);
  }

  /** Entries of a transaction are durable now. */
  committed(entries: readonly TransactionEntry[]): void {
    for (const { recorded } of entries) recorded?.();
    const written = entries.filter(({ refusal }) => refusal === undefined);
    if (written.length > 0) this.#stored(written.map(({ activity }) => activity));
    for (const { activity, refusal } of entries) {
      if (refusal !== undefined) this.#run(this.refused(activity, refusal.cause, { policy: refusal.policy, rollback: false }));
    }
  }

  /** A store has tried what it had kept for the end of a transaction. */
  deferred(activities: readonly Activity[], error: unknown): void {
    if (error === undefined) return this.#stored(activities);
    for (const activity of activities) this.#run(this.refused(activity, error, { policy: 'open', rollback: false }));
  }

  drain(): Promise<number> {
    const { spool, store, counters } = this.#parts;
    if (spool === undefined) return Promise.resolve(0);
    this.#draining ??= spool
      .drain(async (activities) => {
        await store.write(activities);
        counters.drained += activities.length;
        this.#parts.fanOut.write(activities);
      })
      .then((drained) => {
        this.#spoolMayHold = false;
        return drained;
      })
      .finally(() => {
        this.#draining = undefined;
      });
    return this.#draining;
  }

  async close(): Promise<void> {
    if (this.#gap.open) this.#run(this.#recordGap());
    while (this.#background.size > 0) await Promise.all(this.#background);
    await this.#parts.fanOut.close();
    await this.#parts.spool?.close?.();
    await this.#parts.store.close?.();
  }

  #placed(activity: Activity, placement: Placement): Receipt {
    const { id } = activity;
    switch (placement.at) {
      case 'own':
        this.#stored([activity]);
        return { id, status: 'stored' };
      case 'joined':
        this.transactions.add(placement.transaction, { activity });
        return { id, status: 'joined' };
      case 'deferred':
        return { id, status: 'deferred' };
    }
  }

  #stored(activities: readonly Activity[]): void {
    this.#parts.counters.stored += activities.length;
    this.#parts.fanOut.write(activities);
    if (this.#gap.open) this.#run(this.#recordGap());
    if (this.#spoolMayHold) {
      this.#spoolMayHold = false;
      this.#run(this.drain());
    }
  }

  async #keep(activity: Activity, error: DeedlogError): Promise<Receipt> {
    const { spool, counters, report } = this.#parts;
    const { id } = activity;
    if (spool !== undefined) {
      try {
        await spool.add([activity]);
        counters.spooled++;
        this.#spoolMayHold = true;
        return { id, status: 'spooled', error };
      } catch (cause) {
        report(coreError('SPOOL_FAILED', undefined, cause), activity);
      }
    }
    counters.lost++;
    this.#gap.add(activity);
    return { id, status: 'lost', error };
  }

  async #recordGap(): Promise<void> {
    const { store, counters, source, report } = this.#parts;
    const { activity, lost } = this.#gap.take(source);
    try {
      await store.write([activity]);
      counters.gaps++;
    } catch (cause) {
      this.#gap.reopen(lost);
      report(coreError('STORE_WRITE_FAILED', activity.action, cause), activity);
    }
  }

  /** Work that nobody waits for, but `close` does. */
  #run(work: Promise<unknown>): void {
    const settled = work
      .catch((cause: unknown) => this.#parts.report(coreError('SPOOL_FAILED', 'drain', cause)))
      .finally(() => this.#background.delete(settled));
    this.#background.add(settled);
  }
}
