import type { Activity } from '@deedlog/core';
import { ACTIVITY_COLUMN_TYPES, ACTIVITY_COLUMNS, ACTIVITY_PARAMETERS, activityToParameters, activityToRow } from './activity-row.ts';
import type { PostgresLike } from './postgres-like.ts';

export interface InsertOptions {
  /**
   * Insert only if the transaction around has changed something (it has a transaction id); asked in the same statement.
   * Default false. Outside a transaction nothing is inserted then.
   */
  readonly onlyIfChanged?: boolean;
}

const INSERT = `insert into deedlog.activity (${ACTIVITY_COLUMNS})
select ${ACTIVITY_COLUMNS} from jsonb_to_recordset($1::jsonb) as row(${ACTIVITY_COLUMN_TYPES})`;

/** For one activity, which is the common case: parameters are planned in half the time that a record set takes. */
const INSERT_ONE = `insert into deedlog.activity (${ACTIVITY_COLUMNS})
select ${ACTIVITY_PARAMETERS}`;

const IF_CHANGED = `where pg_current_xact_id_if_assigned() is not null`;

// Without a conflict target, because a partition may bring a unique index of its own.
const ONCE = `on conflict do nothing returning id`;

/** Appends activities in ONE statement, all or none; an id that is there already is left as it is. Returns how many rows went in. */
export async function insertActivities(
  client: PostgresLike,
  activities: readonly Activity[],
  options: InsertOptions = {},
): Promise<number> {
  const { onlyIfChanged = false } = options;
  const [first, ...others] = activities;
  if (first === undefined) return 0;
  const alone = others.length === 0;
  const sql = [alone ? INSERT_ONE : INSERT, ...(onlyIfChanged ? [IF_CHANGED] : []), ONCE].join('\n');
  const { rows } = await client.query(sql, alone ? activityToParameters(first) : [JSON.stringify(activities.map(activityToRow))]);
  return rows.length;
}
