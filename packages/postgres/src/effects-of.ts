import type { Effect, EffectChanges, EffectOp } from '@deedlog/core';
import type { PostgresLike, PostgresRow } from './postgres-like.ts';

/** An effect as it is stored. */
export interface StoredEffect extends Effect {
  /** A number of up to 19 digits; effects of one row have ids in the order in which they happened. */
  readonly id: string;
  readonly at: Date;
}

/** For `deedlog.effect e` joined with `deedlog.relation r`. */
export const EFFECT_COLUMNS: string = `e.id::text as id, (extract(epoch from e.at) * 1000)::float8 as at, r.name as "table", e.op::text as op, e.pk, e.changes::text as changes, e.activity_id::text as activity_id`;

const SELECT = `select ${EFFECT_COLUMNS}
from deedlog.effect e join deedlog.relation r on r.id = e.tbl
where e.activity_id in (select value::uuid from jsonb_array_elements_text($1::jsonb))
order by e.id`;

/** The effects of these activities, oldest first. */
export async function effectsOf(client: PostgresLike, activityIds: readonly string[]): Promise<StoredEffect[]> {
  if (activityIds.length === 0) return [];
  const { rows } = await client.query(SELECT, [JSON.stringify(activityIds)]);
  return rows.map(effectFromRow);
}

/** The effect behind a row of {@link EFFECT_COLUMNS}. */
export function effectFromRow(row: PostgresRow): StoredEffect {
  const { id, at, table, op, pk, changes, activity_id: activityId } = row;
  return {
    id: String(id),
    at: new Date(Number(at)),
    table: String(table),
    op: op as EffectOp,
    key: String(pk),
    changes: JSON.parse(String(changes)) as EffectChanges,
    activityId: activityId === null ? null : String(activityId),
  };
}
