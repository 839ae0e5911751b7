import type { Activity } from '@deedlog/core';

/**
 * Remembers what the store refused, from one drain to the next. An activity that is refused for itself (and not because the
 * store is away) must not hold up all the others for ever: a refused batch is handed over one by one the next time, and
 * one that was refused alone comes last from then on. It stays in the spool until it is taken.
 */
export class Refusals {
  readonly #alone = new Set<string>();
  /** How many more go one by one: those of the batch that was refused. */
  #singly = 0;

  get none(): boolean {
    return this.#alone.size === 0;
  }

  has(id: string): boolean {
    return this.#alone.has(id);
  }

  batchSize(usual: number): number {
    return this.#singly > 0 ? 1 : usual;
  }

  add(batch: readonly Activity[]): void {
    const [first] = batch;
    if (batch.length === 1 && first !== undefined) this.#alone.add(first.id);
    else this.#singly = batch.length;
  }

  remove(batch: readonly Activity[]): void {
    this.#singly = Math.max(0, this.#singly - batch.length);
    for (const { id } of batch) this.#alone.delete(id);
  }
}
