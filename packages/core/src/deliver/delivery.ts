import type { Receipt } from '../capture/receipt.ts';
import type { OnProblem } from '../capture/settings.ts';
import { coreError } from '../errors.ts';
import type { DeedlogError } from '../errors.ts';
import type { Activity } from '../record/activity.ts';
import type { MutableCounters } from './counters.ts';
import type { FailurePolicy } from './failure-policy.ts';
import type { FanOut } from './fan-out.ts';
import { Gap, gapActivity } from './gap.ts';
import type { Loss } from './gap.ts';
import { EffectsOfTransaction } from './effects-of-transaction.ts';
import { outside } from './outside.ts';
import { SpoolDrain } from './spool-drain.ts';
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
  /** Called where the record was undone with the transaction that it joined. */
  readonly rolledBack?: (() => void) | undefined;
}

/** Brings finished activities to the store, and decides what a refusal means. */
export class Delivery {
  /** What was written in transactions that are still open. */
  readonly transactions: TransactionLedger<TransactionEntry> = new TransactionLedger();
  readonly effects: EffectsOfTransaction;
  readonly #parts: DeliveryParts;
  readonly #gap = new Gap();
  readonly #drain: SpoolDrain | undefined;
  readonly #background = new Set<Promise<unknown>>();

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    const { spool, fanOut, source } = parts;
    this.effects = new EffectsOfTransaction(fanOut, source);
    this.#drain = spool === undefined ? undefined : new SpoolDrain({ ...parts, spool });
  }

  /** Rejects only with `STORE_WRITE_FAILED`: in a transaction of the caller, under policy `closed`. */
  async deliver(activity: Activity, { policy, transaction, rolledBack }: DeliverOptions): Promise<Receipt> {
    const { store } = this.#parts;
    const joined = store.transactionOf?.(transaction);
    const survive = joined !== undefined && activity.outcome !== 'success';
    // Nobody waits with a transaction open.
    const room = joined === undefined ? this.#parts.fanOut.ready() : undefined;
    if (room !== undefined) await room;
    let placement: Placement;
    try {
      placement = await store.write([activity], joined !== undefined ? { transaction, survive, isolate: policy !== 'closed' } : undefined);
    } catch (cause) {
      const refusal = this.refuse(activity, cause);
      if (joined === undefined || survive) return this.#keep(activity, refusal);
      if (policy === 'closed') throw refusal;
      this.transactions.add(joined, { activity, refusal });
      return { id: activity.id, status: 'deferred', error: refusal };
    }
    return this.#placed(activity, placement, rolledBack);
  }

  /** Counts and reports that the store refused a record. What becomes of the record is the caller's to decide. */
  refuse(activity: Activity, cause: unknown): DeedlogError {
    const { counters, report } = this.#parts;
    const refusal = coreError('STORE_WRITE_FAILED', activity.action, cause);
    counters.refused++;
    report(refusal, activity);
    return refusal;
  }

  /** Counts and reports that the store refused the effects of a flush. */
  refuseEffects(count: number, cause: unknown): DeedlogError {
    const { counters, report } = this.#parts;
    const refusal = coreError('STORE_WRITE_FAILED', `${count} effects`, cause);
    counters.refused++;
    report(refusal);
    return refusal;
  }

  /** What was written in a transaction is durable now, and what it could not take is decided. */
  committed(transaction: object): void {
    const written: Activity[] = [];
    for (const { activity, refusal, recorded } of this.transactions.take(transaction)) {
      const receipt = refusal === undefined ? ({ id: activity.id, status: 'stored' } as const) : this.#run(() => this.#keep(activity, refusal));
      if (refusal === undefined) written.push(activity);
      recorded?.(receipt);
    }
    if (written.length > 0) this.#stored(written);
    const handed = this.effects.committed(transaction);
    if (handed !== undefined) void this.#run(() => handed);
  }

  rolledBack(transaction: object): void {
    this.effects.rolledBack(transaction);
    for (const { rolledBack } of this.transactions.take(transaction)) rolledBack?.();
  }

  released(savepoint: object, parent: object): void {
    this.effects.released(savepoint, parent);
    this.transactions.move(savepoint, parent);
  }

  /** A store has tried what it had kept for the end of a transaction. */
  deferred(activities: readonly Activity[], error: unknown): void {
    if (error === undefined) return this.#stored(activities);
    for (const activity of activities) {
      const refusal = this.refuse(activity, error);
      void this.#run(() => this.#keep(activity, refusal));
    }
  }

  async drain(): Promise<number> {
    const { drain } = this.#drain ?? {};
    return drain === undefined ? 0 : outside(drain);
  }

  flushSync(): void {
    this.#parts.fanOut.flushSync();
  }

  async close(): Promise<void> {
    this.#recordGap();
    await this.#settled();
    await this.#parts.fanOut.idle();
    try {
      // It may still tell of what it had kept for the end of a transaction: sinks and spool have to be there.
      await this.#parts.store.close?.();
    } finally {
      await this.#settled();
      await this.#parts.fanOut.close();
      await this.#parts.spool?.close?.();
    }
  }

  async #settled(): Promise<void> {
    while (this.#background.size > 0) await Promise.all(this.#background);
    await this.#drain?.idle();
  }

  #placed(activity: Activity, placement: Placement, rolledBack: (() => void) | undefined): Receipt {
    const { id } = activity;
    switch (placement.at) {
      case 'own':
        this.#stored([activity]);
        return { id, status: 'stored' };
      case 'joined':
        this.transactions.add(placement.transaction, { activity, rolledBack });
        return { id, status: 'joined' };
      case 'deferred':
        return { id, status: 'deferred' };
    }
  }

  #stored(activities: readonly Activity[]): void {
    this.#parts.counters.stored += activities.length;
    this.#parts.fanOut.write(activities);
    if (this.#gap.open) this.#recordGap();
    const drain = this.#drain;
    if (drain?.due === true) void this.#run(() => drain.inBackground());
  }

  /** Never rejects. */
  async #keep(activity: Activity, error: DeedlogError): Promise<Receipt> {
    const { spool, counters, report } = this.#parts;
    const { id } = activity;
    if (spool !== undefined) {
      try {
        await spool.add([activity]);
        counters.spooled++;
        this.#drain?.mayHold();
        return { id, status: 'spooled', error };
      } catch (cause) {
        report(coreError('SPOOL_FAILED', undefined, cause), activity);
      }
    }
    counters.lost++;
    this.#gap.add(activity);
    return { id, status: 'lost', error };
  }

  #recordGap(): void {
    const loss = this.#gap.take();
    if (loss !== undefined) void this.#run(() => this.#writeGap(loss));
  }

  async #writeGap(loss: Loss): Promise<void> {
    const { store, counters, source, fanOut } = this.#parts;
    const activity = gapActivity(loss, source);
    try {
      await store.write([activity], { own: true });
      counters.gaps++;
    } catch (cause) {
      this.#gap.reopen(loss);
      this.refuse(activity, cause);
      return;
    }
    fanOut.write([activity]);
  }

  /** Work that nobody may wait for, but `close` does. It must not reject. */
  #run<Result>(work: () => Promise<Result>): Promise<Result> {
    const running = outside(work);
    const settled = running.finally(() => this.#background.delete(settled));
    this.#background.add(settled);
    return running;
  }
}
