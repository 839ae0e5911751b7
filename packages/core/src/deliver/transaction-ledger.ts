import type { Receipt } from '../capture/receipt.ts';
import type { DeedlogError } from '../errors.ts';
import type { Activity } from '../record/activity.ts';

/** An activity that was written in a transaction which is not committed yet. */
export interface TransactionEntry {
  readonly activity: Activity;
  /** The store refused it, but the transaction goes on (policy `open` or `spool`): decided when it has committed. */
  readonly refusal?: DeedlogError | undefined;
  /** What became of it once the transaction has committed. */
  readonly recorded?: ((receipt: Receipt | Promise<Receipt>) => void) | undefined;
  readonly rolledBack?: (() => void) | undefined;
}

/** What hangs on which open transaction. Weak: a transaction that is forgotten takes its entries along. */
export class TransactionLedger<Entry> {
  readonly #entries = new WeakMap<object, Entry[]>();

  add(transaction: object, entry: Entry): void {
    const entries = this.#entries.get(transaction);
    if (entries === undefined) this.#entries.set(transaction, [entry]);
    else entries.push(entry);
  }

  /** The entries of a transaction that has ended. */
  take(transaction: object): readonly Entry[] {
    const entries = this.#entries.get(transaction) ?? [];
    this.#entries.delete(transaction);
    return entries;
  }

  /** A savepoint was released: its entries now depend on the parent. */
  move(savepoint: object, parent: object): void {
    for (const entry of this.take(savepoint)) this.add(parent, entry);
  }
}
