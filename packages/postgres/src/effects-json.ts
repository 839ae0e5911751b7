import type { Effect } from '@deedlog/core';

/** `at`: when it happened, where that was not just now, for example because it waited in an outbox. Default: now. */
export interface EffectToInsert extends Effect {
  readonly at?: Date;
}

/** Effects as `deedlog.record` takes them: each table is named once, and a row says which it is by its place, counted from 1. */
export function effectsJson(effects: readonly EffectToInsert[]): string {
  const places = new Map<string, number>();
  const rows = effects.map(({ table, op, activityId, key, changes, at }) => {
    const place = places.get(table) ?? places.size + 1;
    places.set(table, place);
    return { tbl: place, op, activity_id: activityId, pk: key, changes, at };
  });
  return JSON.stringify({ tables: [...places.keys()], rows });
}
