import { activityToRow } from './activity-row.ts';
import type { InsertRecords } from './insert-records.ts';
import type { PostgresLike } from './postgres-like.ts';

/** How full an outbox is. */
export interface Backlog {
  /** Rows on their way: each is what one statement recorded. */
  readonly waiting: number;
  /** Rows that the log will never take as they are; they stay until somebody decides. */
  readonly refused: number;
  /** When the oldest waiting row was written; null: none waits. */
  readonly oldest: Date | null;
}

const INSERT = `insert into deedlog.outbox (records) select $1::jsonb`;
const IF_CHANGED = `where pg_current_xact_id_if_assigned() is not null`;

/**
 * Puts records into the outbox in ONE statement with one parameter, all or none. To the caller it is `insertRecords`: with
 * `onlyIfChanged`, activities without effects go in only if the transaction around has changed something.
 */
export const insertIntoOutbox: InsertRecords = async (client, { activities, effects }, { onlyIfChanged = false } = {}) => {
  if (activities.length + effects.length === 0) return { activities: 0, effects: 0 };
  const condition = onlyIfChanged && effects.length === 0 ? IF_CHANGED : '';
  const records = JSON.stringify({ activities: activities.map(activityToRow), effects });
  const { rows } = await client.query(`${INSERT} ${condition} returning seq`, [records]);
  return rows.length === 0 ? { activities: 0, effects: 0 } : { activities: activities.length, effects: effects.length };
};

/** Counts the rows of an outbox: for a gauge, not for every request. */
export async function outboxBacklog(client: PostgresLike): Promise<Backlog> {
  const { rows } = await client.query(`select
    count(*) filter (where refused is null)::int as waiting,
    count(*) filter (where refused is not null)::int as refused,
    extract(epoch from min(at) filter (where refused is null))::text as oldest
    from deedlog.outbox`);
  const oldest = rows[0]?.['oldest'];
  return {
    waiting: Number(rows[0]?.['waiting']),
    refused: Number(rows[0]?.['refused']),
    oldest: oldest == null ? null : new Date(Number(oldest) * 1000),
  };
}
