import type { EffectItem, FoundRecord, Position } from '@deedlog/core';
import { MAX_EFFECTS } from '@deedlog/core';
import { activityFromRow } from '../activity-row.ts';
import { EFFECT_COLUMNS, effectOfRow } from '../effects-of.ts';
import type { PostgresLike, PostgresRow } from '../postgres-like.ts';

export function positionOf(row: PostgresRow): Position {
  return { at: String(row['position_at']), id: String(row['id']) };
}

/** Rows of a branch as records, the effects of all of them by one query. */
export async function recordsOfRows(client: PostgresLike, rows: readonly PostgresRow[]): Promise<FoundRecord[]> {
  const effects = await effectsOfActivities(client, rows.map((row) => String(row['id'])));
  return rows.map((row) => {
    const own = effects.get(String(row['id'])) ?? [];
    const columns: unknown = row['columns'] === null ? null : JSON.parse(String(row['columns']));
    const activity = activityFromRow({ ...row, columns });
    return { activity, effects: own.slice(0, MAX_EFFECTS), effectsCut: own.length > MAX_EFFECTS, position: positionOf(row) };
  });
}

/** The limit has no order inside: an activity may have millions, and with one PostgreSQL would read and sort them all; they lie in the order in which they were written. */
const EFFECTS = `select ${EFFECT_COLUMNS}
from (select value::uuid as id from jsonb_array_elements_text($1::jsonb)) as activity
cross join lateral (select * from deedlog.effect where activity_id = activity.id limit ${MAX_EFFECTS + 1}) as effect
order by effect.id`;

async function effectsOfActivities(client: PostgresLike, ids: readonly string[]): Promise<ReadonlyMap<string, EffectItem[]>> {
  if (ids.length === 0) return new Map();
  const { rows } = await client.query(EFFECTS, [JSON.stringify(ids)]);
  const grouped = Map.groupBy(rows, (row) => String(row['activity_id']));
  return new Map([...grouped].map(([id, own]) => [id, own.map(effectOfRow)]));
}
