import type { EffectItem, FoundRecord, Position } from '@deedlog/core';
import { MAX_EFFECTS } from '@deedlog/core';
import { activityFromRow } from '../activity-row.ts';
import type { PostgresLike, PostgresRow } from '../postgres-like.ts';
import { positionSql } from './branch.ts';

/** Columns of an effect, as {@link effectOfRow} reads them. */
export const EFFECT_LIST: string = `effect.id::text as id, ${positionSql('effect.at')} as at, effect.op::text as op, effect.pk, effect.changes::text as changes,
  (select name from deedlog.relation where relation.id = effect.tbl) as "table"`;

export function effectOfRow(row: PostgresRow): EffectItem {
  return {
    id: String(row['id']),
    at: String(row['at']),
    table: String(row['table']),
    op: row['op'] as EffectItem['op'],
    key: String(row['pk']),
    changes: JSON.parse(String(row['changes'])) as EffectItem['changes'],
  };
}

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
const EFFECTS = `select effect.activity_id::text as activity_id, ${EFFECT_LIST}
from (select value::uuid as id from jsonb_array_elements_text($1::jsonb)) as activity
cross join lateral (select * from deedlog.effect where activity_id = activity.id limit ${MAX_EFFECTS + 1}) as effect
order by effect.id`;

async function effectsOfActivities(client: PostgresLike, ids: readonly string[]): Promise<ReadonlyMap<string, EffectItem[]>> {
  if (ids.length === 0) return new Map();
  const { rows } = await client.query(EFFECTS, [JSON.stringify(ids)]);
  const grouped = Map.groupBy(rows, (row) => String(row['activity_id']));
  return new Map([...grouped].map(([id, own]) => [id, own.map(effectOfRow)]));
}
