import { coreErrors, DeedlogError } from '@deedlog/core';
import type { FoundRecord, Search } from '@deedlog/core';
import type { PostgresLike, PostgresRow } from '../postgres-like.ts';
import { selectList, tableOf } from './branch.ts';
import type { Branch } from './branch.ts';
import { otherConditions, timeConditions } from './conditions.ts';
import { Parameters } from './parameters.ts';
import { recordsOfRows } from './records-of-rows.ts';

/** How long an act may take from its beginning to its first write and still be seen in the tail. */
const SLACK = '5 minutes';
/** A cursor that is older goes on from so long ago: it must not make the whole log be read. */
const OLDEST = '1 hour';
/** Records of one batch; of the last transaction in it, all. */
const MAX_BATCH = 500;

/**
 * A cursor of the tail. Everything of transactions below `done` was given out. All others began after `since`; once every
 * transaction below `pending` has ended, that is true of `pendingSince` too. Only numbers of transactions and times.
 */
interface TailCursor {
  readonly done: string;
  readonly since: string;
  readonly pending: string;
  readonly pendingSince: string;
}

const NUMBER = /^\d{1,19}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function cursorOf(tokens: readonly string[]): TailCursor {
  const [done = '', since = '', pending = '', pendingSince = '', ...others] = tokens;
  const valid = NUMBER.test(done) && NUMBER.test(pending) && TIME.test(since) && TIME.test(pendingSince) && others.length === 0;
  if (!valid || Number.isNaN(Date.parse(since)) || Number.isNaN(Date.parse(pendingSince))) throw new DeedlogError('CURSOR_INVALID', coreErrors.CURSOR_INVALID);
  return { done, since, pending, pendingSince };
}

const NOW = `select pg_snapshot_xmin(pg_current_snapshot())::text as low, pg_snapshot_xmax(pg_current_snapshot())::text as high,
  to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as now`;

/** The number of the transaction that wrote a row, of which the row keeps the low 32 bits. */
const written = (high: string): string => `(${high} - mod(mod(${high}, 4294967296) - xmin::text::bigint + 4294967296, 4294967296))`;

/**
 * What was committed since a cursor, by the watermark below which no transaction is under way: none is left out, however late it
 * commits, and none comes twice. A write transaction that stays open holds up what comes after it.
 */
export async function readTail(
  client: PostgresLike,
  branches: readonly Omit<Branch, 'lead'>[],
  { search, after }: { readonly search: Search; readonly after: readonly string[] | undefined },
): Promise<{ records: FoundRecord[]; cursor: string[]; more: boolean }> {
  const { rows: state } = await client.query(NOW);
  const [low, high, now] = [String(state[0]?.['low']), String(state[0]?.['high']), String(state[0]?.['now'])];
  if (after === undefined) return { records: [], cursor: [low, now, high, now], more: false };
  const cursor = cursorOf(after);
  const rows: PostgresRow[] = [];
  let end = BigInt(low);
  for (const branch of branches) {
    const found = await writtenBetween(client, branch, { search, cursor, low, high, now });
    // Its last transaction is there as a whole; what comes after it waits for the next batch.
    if (found.length >= MAX_BATCH) end = [end, numberOf(found.at(-1)) + 1n].reduce((one, other) => (one < other ? one : other));
    rows.push(...found);
  }
  const reached = rows.filter((row) => numberOf(row) < end).toSorted((one, other) => Number(numberOf(one) - numberOf(other)));
  const done = String(end);
  const passed = end >= BigInt(cursor.pending);
  const next = passed ? [done, cursor.pendingSince, high, now] : [done, cursor.since, cursor.pending, cursor.pendingSince];
  return { records: await recordsOfRows(client, reached), cursor: next, more: end < BigInt(low) };
}

interface Between {
  readonly search: Search;
  readonly cursor: TailCursor;
  readonly low: string;
  readonly high: string;
  readonly now: string;
}

/** The times are constants: compared with a clock that PostgreSQL asks for each row, no index would serve. */
async function writtenBetween(client: PostgresLike, branch: Omit<Branch, 'lead'>, { search, cursor, low, high, now }: Between): Promise<readonly PostgresRow[]> {
  const parameters = new Parameters();
  const writtenBy = written(parameters.add(high, 'bigint'));
  const where = [
    `occurred_at >= greatest(${parameters.add(cursor.since, 'timestamptz')} - interval '${SLACK}', ${parameters.add(now, 'timestamptz')} - interval '${OLDEST}')`,
    ...timeConditions(search.filter, parameters),
    `${writtenBy} >= ${parameters.add(cursor.done, 'bigint')}`,
    `${writtenBy} < ${parameters.add(low, 'bigint')}`,
    ...otherConditions(search, { by: 'time' }, parameters),
  ].join(' and ');
  const { rows } = await client.query(
    `select ${selectList(branch, parameters)}, ${writtenBy}::text as written from ${tableOf(branch)} where ${where}
order by ${writtenBy} fetch first ${MAX_BATCH} rows with ties`,
    parameters.values,
  );
  return rows;
}

function numberOf(row: PostgresRow | undefined): bigint {
  return BigInt(String(row?.['written']));
}
