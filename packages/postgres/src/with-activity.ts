import { createActivity, endingOfError } from '@deedlog/core';
import type { Activity, NewActivity } from '@deedlog/core';
import { setActivitySql } from './activity-setting.ts';
import { postgresError } from './errors.ts';
import { insertActivities } from './insert-activities.ts';
import type { PostgresLike } from './postgres-like.ts';

/** A connection that nobody else uses meanwhile, or what gives one: `pg.Client`, a client of a `pg.Pool`, the pool itself, `PGlite`. */
export type TransactionClientLike = PostgresLike | PoolLike | ExclusiveLike;

/** `pg.Pool`. */
interface PoolLike extends PostgresLike {
  readonly totalCount: number;
  connect(): Promise<PostgresLike & { release(broken?: boolean): void }>;
}

/** `PGlite`, which takes one statement at a time and has transactions of its own. */
interface ExclusiveLike extends PostgresLike {
  transaction<Result>(body: (transaction: PostgresLike) => Promise<Result>): Promise<Result | undefined>;
}

/**
 * Runs `body` in a transaction of its own whose changes belong to `activity`: triggers find its id, and its record is committed with
 * them. `begin` and the id go in one round trip. What `body` throws rolls all of it back, is recorded (failed or denied, with its code)
 * and thrown on. Give `body`'s statements the client that it gets. The client must not be in a transaction already.
 *
 * `activity` says what and who, or is a complete one of `createActivity`; its outcome is that of `body`.
 * Rejects with `POSTGRES_ACTIVITY_LOST` where `body` threw and that could not be recorded.
 */
export async function withActivity<Result>(
  client: TransactionClientLike,
  activity: Activity | NewActivity,
  body: (client: PostgresLike, activity: Activity) => Promise<Result>,
): Promise<Result> {
  const made = 'recordedAt' in activity ? activity : createActivity(activity);
  if ('totalCount' in client) return withClientOf(client, made, body);
  try {
    return 'transaction' in client ? await exclusively(client, made, body) : await inTransaction(client, made, body);
  } catch (error) {
    throw await recorded(client, made, error);
  }
}

type Body<Result> = (client: PostgresLike, activity: Activity) => Promise<Result>;

async function withClientOf<Result>(pool: PoolLike, activity: Activity, body: Body<Result>): Promise<Result> {
  const client = await pool.connect();
  try {
    return await withActivity(client, activity, body);
  } finally {
    client.release();
  }
}

async function inTransaction<Result>(client: PostgresLike, activity: Activity, body: Body<Result>): Promise<Result> {
  await client.query(`begin; ${setActivitySql(activity.id)}`);
  try {
    const result = await body(client, activity);
    await insertActivities(client, [succeeded(activity)]);
    await client.query('commit');
    return result;
  } catch (error) {
    // Where the connection is gone, so is the transaction; the body's own error tells more than that.
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

function exclusively<Result>(client: ExclusiveLike, activity: Activity, body: Body<Result>): Promise<Result> {
  return client.transaction(async (transaction) => {
    await transaction.query(setActivitySql(activity.id));
    const result = await body(transaction, activity);
    await insertActivities(transaction, [succeeded(activity)]);
    return result;
  }) as Promise<Result>;
}

function succeeded(activity: Activity): Activity {
  return { ...activity, outcome: 'success', recordedAt: new Date() };
}

/** The error to throw once the failed act is in the log, or could not be brought there. */
async function recorded(client: PostgresLike, activity: Activity, error: unknown): Promise<unknown> {
  const { outcome, code } = endingOfError(error);
  try {
    // A template tells of an act that was done.
    await insertActivities(client, [{ ...activity, outcome, outcomeCode: code ?? null, message: null, messageValues: null, recordedAt: new Date() }]);
    return error;
  } catch (cause) {
    return postgresError('POSTGRES_ACTIVITY_LOST', activity.action, new AggregateError([error, cause]));
  }
}
