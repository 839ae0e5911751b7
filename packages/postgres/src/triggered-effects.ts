import type { EffectOp } from '@deedlog/core';
import type { PostgresLike } from './postgres-like.ts';

/** What the transaction around has recorded of an activity's effects so far. */
export interface TriggeredRows {
  /** Schema and name of the table that changed first. */
  readonly table: string;
  readonly op: EffectOp;
  /** Of the row that changed first. */
  readonly key: string;
  /** No other row changed. */
  readonly only: boolean;
}

const SELECT = `with caused as (
  select id, tbl, op, pk from deedlog.effect where activity_id = $1::uuid and xact = pg_current_xact_id_if_assigned()
)
select r.name as "table", first.op::text as op, first.pk as key, (select count(*) = 1 from (select distinct tbl, pk from caused) as row) as only
from (select * from caused order by id limit 1) as first join deedlog.relation r on r.id = first.tbl`;

/** Undefined: the transaction around has no effect of this activity. */
export async function triggeredRows(client: PostgresLike, activityId: string): Promise<TriggeredRows | undefined> {
  const { rows } = await client.query(SELECT, [activityId]);
  const [row] = rows;
  if (row === undefined) return undefined;
  return { table: String(row['table']), op: row['op'] as EffectOp, key: String(row['key']), only: row['only'] === true && row['key'] !== '' };
}
