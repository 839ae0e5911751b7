import type { Activity } from '@deedlog/core';
import type { OrmTransaction } from './postgres-client.ts';

/** Activities that must outlive their transaction and wait for its end, each list under the outermost transaction. */
export class DeferredWrites {
  readonly #waiting = new Map<OrmTransaction, Activity[]>();

  add(root: OrmTransaction, activities: readonly Activity[]): void {
    const waiting = this.#waiting.get(root);
    if (waiting === undefined) this.#waiting.set(root, [...activities]);
    else waiting.push(...activities);
  }

  take(root: OrmTransaction): readonly Activity[] {
    const waiting = this.#waiting.get(root) ?? [];
    this.#waiting.delete(root);
    return waiting;
  }

  /** What waits for transactions whose end was never told, for example because their connection broke. */
  takeAll(): readonly Activity[] {
    const waiting = [...this.#waiting.values()].flat();
    this.#waiting.clear();
    return waiting;
  }
}
