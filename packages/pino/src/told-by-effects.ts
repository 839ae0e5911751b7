import type { Activity, DurableEffect } from '@deedlog/core';

/** Rows that are remembered, of all activities: several times the records of a queue, so that none is forgotten before its line is written. */
const MAX_ROWS = 200_000;

/** Of one activity, the first: its target is the row that changed first, unless it was named. */
const MAX_ROWS_OF_ONE = 50_000;

/**
 * Remembers which rows the effects of an activity are about: an activity whose target is one of them is told by the line of the
 * effect. Activities and effects of a transaction are handed on in one turn, and a queue hands them on later, so that both are known.
 */
export class ToldByEffects {
  readonly #rows = new Map<string, Set<string>>();
  #count = 0;

  note(effects: readonly DurableEffect[]): void {
    for (const { activityId, targetType, targetId } of effects) {
      if (activityId !== null && targetType !== null && targetId !== null) this.#add(activityId, rowOf(targetType, targetId));
    }
    for (const oldest of this.#rows.keys()) {
      if (this.#count <= MAX_ROWS) return;
      this.#take(oldest);
    }
  }

  /** Whether an effect tells of the activity's target. Asked once: it is forgotten then. */
  tells({ id, targetType, targetId }: Activity): boolean {
    const rows = this.#take(id);
    return rows !== undefined && targetType !== null && targetId !== null && rows.has(rowOf(targetType, targetId));
  }

  #add(activityId: string, row: string): void {
    const rows = this.#rows.get(activityId) ?? new Set();
    if (rows.size >= MAX_ROWS_OF_ONE) return;
    this.#count -= rows.size;
    this.#rows.set(activityId, rows.add(row));
    this.#count += rows.size;
  }

  #take(activityId: string): ReadonlySet<string> | undefined {
    const rows = this.#rows.get(activityId);
    this.#rows.delete(activityId);
    this.#count -= rows?.size ?? 0;
    return rows;
  }
}

function rowOf(type: string, id: string): string {
  return JSON.stringify([type, id]);
}
