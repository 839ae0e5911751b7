import type { Effect, EffectItem } from '@deedlog/core';
import type { PostgresLike, PostgresRow } from './postgres-like.ts';
import { positionSql } from './read/branch.ts';

/** An effect as it is stored. */
export interface StoredEffect extends Effect {
  /** A number of up to 19 digits; effects of one row have ids in the order in which they happened. */
  readonly id: string;
  readonly at: Date;
}

/** Of `effect`, as {@link effectOfRow} and {@link effectFromRow} read them. */
export const EFFECT_COLUMNS: string = `effect.id::text as id, ${positionSql('effect.at')} as at, effect.op::text as op, effect.pk, effect.changes::text as changes,
  effect.activity_id::text as activity_id, (select name from deedlog.relation where relation.id = effect.tbl) as "table"`;

const SELECT = `select ${EFFECT_COLUMNS} from deedlog.effect
where activity_id in (select value::uuid from jsonb_array_elements_text($1::jsonb))
order by effect.id`;

/** The effects of these activities, oldest first. */
export async function effectsOf(client: PostgresLike, activityIds: readonly string[]): Promise<StoredEffect[]> {
  if (activityIds.length === 0) return [];
  const { rows } = await client.query(SELECT, [JSON.stringify(activityIds)]);
  return rows.map(effectFromRow);
}

/** The effect behind a row of {@link EFFECT_COLUMNS}, as doors give it out. */
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

/** The same with its activity. */
export function effectFromRow(row: PostgresRow): StoredEffect {
  const { at, ...effect } = effectOfRow(row);
  const activityId = row['activity_id'];
  return { ...effect, at: new Date(at), activityId: activityId === null ? null : String(activityId) };
}
