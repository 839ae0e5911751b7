import type { Effect } from '@deedlog/core';
import { ACTIVITY_COLUMNS, activityFromRow } from './activity-row.ts';
import { refusalOf } from './refusal-of.ts';
import { insertRecords } from './insert-records.ts';
import type { InsertOptions, Records } from './insert-records.ts';
import type { PostgresLike, PostgresRow } from './postgres-like.ts';

/** A client that can hold one connection for a transaction: committed when `body` resolves, rolled back when it rejects. */
export interface TransactionalClient extends PostgresLike {
  transaction<Result>(body: (client: PostgresLike) => Promise<Result>): Promise<Result>;
}

export interface RelayBatchOptions extends Pick<InsertOptions, 'models'> {
  /** How many rows of the outbox at most. */
  readonly limit: number;
}

/**
 * What became of one turn. `moved`: rows that are in the log now and no longer in the outbox. `emptied`: nothing waits.
 * `busy`: another relay is at work. `overtaken`: another relay took the turn meanwhile; nothing was written.
 * `split`: the log refuses something in it, nothing was written; with a limit of 1 that row will be found and marked.
 */
export interface RelayedBatch {
  readonly result: 'moved' | 'emptied' | 'busy' | 'overtaken' | 'split';
  readonly moved: number;
  /** Rows that the log will never take as they are; they stay in the outbox, marked. */
  readonly refused: number;
}

/** Key of the advisory lock that the relay of a business database holds ("deedrela" in ASCII), in its transaction only. */
const RELAY_LOCK = '7234299858530954337';

/** Where a batch ends, in bytes of its rows as stored (compressed): bounds the memory of the relay. One row may be larger. */
const BATCH_BYTES = 4_000_000;

interface OutboxRow {
  readonly id: string;
  readonly records: Records;
}

interface Turn {
  readonly origin: string;
  readonly turn: string;
}

/**
 * Moves the oldest rows of the outbox to the log; each arrives exactly once, whoever dies at whatever point. There is no
 * cursor, so no late commit can be skipped: what was moved is deleted, what is there is moved.
 *
 * The log counts turns for each business database. A relay takes a turn, learns which rows the last turn wrote, and
 * deletes those first. It writes only while the turn is still its own, and notes its rows in the same transaction.
 * So a relay that was thought dead writes nothing more. The advisory lock only spares relays from overtaking each other.
 */
export function relayBatch(business: TransactionalClient, log: TransactionalClient, options: RelayBatchOptions): Promise<RelayedBatch> {
  return business.transaction(async (outbox) => {
    const { mine, waiting, origin } = await lockOutbox(outbox);
    if (!mine) return turnOf('busy');
    if (!waiting) return turnOf('emptied');
    const { turn, last } = await takeTurn(log, origin);
    const arrived = await deleteRows(outbox, last);
    if (arrived > 0) return turnOf('moved', arrived);
    const rows = await readRows(outbox, options.limit);
    if (rows.length === 0) return turnOf('emptied');
    return moveRows(outbox, log, { ...options, turn: { origin, turn }, rows });
  });
}

interface Move extends RelayBatchOptions {
  readonly turn: Turn;
  readonly rows: readonly OutboxRow[];
}

async function moveRows(outbox: PostgresLike, log: TransactionalClient, move: Move): Promise<RelayedBatch> {
  const { rows } = move;
  try {
    const written = await log.transaction((client) => writeRows(client, move));
    if (!written) return turnOf('overtaken');
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    const [row] = rows;
    if (rows.length !== 1 || row === undefined) return turnOf('split');
    await outbox.query('update deedlog.outbox set refused = $1 where id = $2::uuid', [refusal, row.id]);
    return turnOf('moved', 0, 1);
  }
  await deleteRows(outbox, rows.map(({ id }) => id));
  return turnOf('moved', rows.length);
}

function turnOf(result: RelayedBatch['result'], moved = 0, refused = 0): RelayedBatch {
  return { result, moved, refused };
}

async function lockOutbox(outbox: PostgresLike): Promise<{ mine: boolean; waiting: boolean; origin: string }> {
  const { rows } = await outbox.query(`select pg_try_advisory_xact_lock(${RELAY_LOCK}) as mine,
    exists (select from deedlog.outbox where refused is null) as waiting,
    (select id::text from deedlog.outbox_origin) as origin`);
  const [row] = rows;
  return { mine: row?.['mine'] === true, waiting: row?.['waiting'] === true, origin: String(row?.['origin']) };
}

async function takeTurn(log: PostgresLike, origin: string): Promise<{ turn: string; last: readonly string[] }> {
  const { rows } = await log.query(
    `insert into deedlog.relayed (origin, turn, batch) values ($1::uuid, 1, '[]')
    on conflict (origin) do update set turn = relayed.turn + 1, at = clock_timestamp()
    returning turn::text as turn, batch::text as batch`,
    [origin],
  );
  return { turn: textOf(rows[0], 'turn'), last: JSON.parse(textOf(rows[0], 'batch')) as string[] };
}

async function deleteRows(outbox: PostgresLike, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0;
  const { rows } = await outbox.query(
    `delete from deedlog.outbox where id in (select value::uuid from jsonb_array_elements_text($1::jsonb)) returning seq`,
    [JSON.stringify(ids)],
  );
  return rows.length;
}

async function readRows(outbox: PostgresLike, limit: number): Promise<readonly OutboxRow[]> {
  const { rows } = await outbox.query(
    `select id::text as id, (extract(epoch from at) * 1000)::text as at, records::text as records from (
      select *, sum(pg_column_size(records)) over (order by seq) - pg_column_size(records) as before
      from (select * from deedlog.outbox where refused is null order by seq limit $1::int) as oldest
    ) as measured where before < ${BATCH_BYTES} order by seq`,
    [limit],
  );
  return rows.map((row) => ({ id: textOf(row, 'id'), records: recordsOf(textOf(row, 'records'), new Date(Number(row['at']))) }));
}

/** A row may have been written by an older version, which did not know every column. */
const NO_CELLS: PostgresRow = Object.fromEntries(ACTIVITY_COLUMNS.split(', ').map((name) => [name, null]));

function recordsOf(text: string, at: Date): Records {
  const { activities, effects } = JSON.parse(text) as { activities: PostgresRow[]; effects: Effect[] };
  return { activities: activities.map((row) => activityFromRow({ ...NO_CELLS, ...row })), effects: effects.map((effect) => ({ ...effect, at })) };
}

async function writeRows(client: PostgresLike, { turn, rows, models }: Move): Promise<boolean> {
  const { rows: own } = await client.query(
    `update deedlog.relayed set batch = $1::jsonb, at = clock_timestamp() where origin = $2::uuid and turn = $3::bigint returning turn`,
    [JSON.stringify(rows.map(({ id }) => id)), turn.origin, turn.turn],
  );
  if (own.length === 0) return false;
  await insertRecords(
    client,
    {
      activities: rows.flatMap(({ records }) => records.activities),
      effects: rows.flatMap(({ records }) => records.effects),
    },
    { models },
  );
  return true;
}

function textOf(row: PostgresRow | undefined, column: string): string {
  return String(row?.[column]);
}
