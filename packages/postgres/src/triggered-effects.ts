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

/** Undefined: the transaction around has no effect of this activity. */
export async function triggeredRows(client: PostgresLike, activityId: string): Promise<TriggeredRows | undefined> {
  const { rows } = await client.query('select * from deedlog.triggered_rows($1::uuid)', [activityId]);
  const [row] = rows;
  if (row === undefined) return undefined;
  return { table: String(row['table']), op: row['op'] as EffectOp, key: String(row['key']), only: row['alone'] === true && row['key'] !== '' };
}
