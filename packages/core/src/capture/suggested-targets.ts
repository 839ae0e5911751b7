import type { Target } from '../record/target.ts';

interface Suggestion {
  readonly entity: object;
  /** Undefined: a flush that is about to open its own transaction. */
  transaction: object | undefined;
}

/** Flushes of one intent that are remembered until their transaction has ended. */
const MAX_SUGGESTIONS = 16;

/** Stands for every transaction that has committed. */
const COMMITTED: object = Object.freeze({});

/** The entities that the flushes of an intent changed first, each until its transaction is rolled back. */
export class SuggestedTargets {
  #suggestions: Suggestion[] = [];

  add(entity: object, transaction: object | undefined): void {
    if (this.#suggestions.length < MAX_SUGGESTIONS) this.#suggestions.push({ entity, transaction });
  }

  /** The first that is known by its key; what never got one was never stored. */
  first(describe: (entity: object) => Target): Target | undefined {
    for (const { entity } of this.#suggestions) {
      try {
        return describe(entity);
      } catch {
        continue;
      }
    }
    return undefined;
  }

  committed(transaction: object): void {
    this.released(transaction, COMMITTED);
  }

  released(transaction: object, into: object): void {
    for (const one of this.#suggestions) {
      if (one.transaction === transaction || (one.transaction === undefined && into === COMMITTED)) one.transaction = into;
    }
  }

  rolledBack(transaction: object): void {
    this.#suggestions = this.#suggestions.filter((one) => one.transaction !== transaction && one.transaction !== undefined);
  }
}
