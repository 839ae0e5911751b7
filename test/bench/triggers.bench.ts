import { installTriggers } from '@deedlog/postgres';
import type { TriggerTable } from '@deedlog/postgres';
import pg from 'pg';
import { testDatabase } from '../support/database.ts';
import type { Ratio } from './compare.ts';

const FIELDS = ['f1', 'f2', 'f3', 'f4', 'f5', 'f6', 'f7', 'f8'] as const;
const ROWS = 20_000;

/** A copy of the table for each contender, with two indexes beside its key, as tables have them. */
const TABLES = { bare: 'bare_card', deedlog: 'deedlog_card', json: 'json_card' } as const;
type Contender = keyof typeof TABLES;
const CONTENDERS = Object.keys(TABLES) as Contender[];

/** What people use today, for example after the wiki of PostgreSQL: for each row its whole old and new state. */
const FULL_JSON = [
  `create table json_log (id bigint generated always as identity primary key, at timestamptz not null default clock_timestamp(), relation text not null, op text not null, who text not null default session_user, old jsonb, new jsonb)`,
  `create function json_log() returns trigger language plpgsql security definer as $$ begin
    if tg_op = 'INSERT' then insert into json_log (relation, op, new) values (tg_table_name, tg_op, to_jsonb(new));
    elsif tg_op = 'UPDATE' then insert into json_log (relation, op, old, new) values (tg_table_name, tg_op, to_jsonb(old), to_jsonb(new));
    else insert into json_log (relation, op, old) values (tg_table_name, tg_op, to_jsonb(old)); end if;
    return null; end $$`,
  `create trigger json_log after insert or update or delete on json_card for each row execute function json_log()`,
];

const CAPTURED: TriggerTable = {
  schema: 'public',
  table: TABLES.deedlog,
  key: ['id'],
  fields: FIELDS.map((column) => ({ field: column, column, treatment: 'plain' })),
};

interface Work {
  readonly title: string;
  readonly sql: (table: string, round: number) => string;
  readonly rounds: number;
  readonly rows: number;
  readonly target: number;
}

const WORKS: readonly Work[] = [
  { title: 'one-row update', sql: (table, round) => `update ${table} set f1 = 'n${round}', f2 = 'm${round}' where id = ${1 + (round % 1000)}`, rounds: 1500, rows: 1, target: 1.5 },
  { title: 'update of 100 rows', sql: (table, round) => `update ${table} set f1 = 'n${round}', f2 = 'm${round}' where id between ${1 + (round % 100) * 100} and ${100 + (round % 100) * 100}`, rounds: 200, rows: 100, target: 2.5 },
  { title: 'update of 10,000 rows', sql: (table, round) => `update ${table} set f1 = 'n${round}', f2 = 'm${round}' where id <= 10000`, rounds: 15, rows: 10_000, target: 3 },
  { title: 'update of a row with 100 KB', sql: (table, round) => `update ${table} set f1 = 'n${round}' where id = ${ROWS + 1 + (round % 20)}`, rounds: 400, rows: 1, target: 2 },
];

/** Writes with triggers against the same without, over the wire, and beside them a trigger that keeps whole rows. */
export async function triggersBench(): Promise<readonly Ratio[]> {
  if (process.env['DATABASE_URL'] === undefined) {
    console.log('triggers on real PostgreSQL: left out, DATABASE_URL is not set');
    return [];
  }
  await using database = await testDatabase();
  if ('pglite' in database.connection) return [];
  const client = new pg.Client({ connectionString: database.connection.clientUrl });
  await client.connect();
  try {
    await prepare(client);
    const ratios: Ratio[] = [];
    for (const work of WORKS) ratios.push(...(await interleaved(client, work)));
    await printSizes(client);
    ratios.push(await planCache(client, database.connection.clientUrl));
    return ratios;
  } finally {
    await client.end();
  }
}

async function prepare(client: pg.Client): Promise<void> {
  for (const table of Object.values(TABLES)) {
    await client.query(`create table ${table} (id int primary key, ${FIELDS.map((field) => `${field} text`).join(', ')}, body text)`);
    await client.query(`insert into ${table} select n, ${FIELDS.map((field) => `'${field} ' || n`).join(', ')} from generate_series(1, ${ROWS}) n`);
    await client.query(`create index on ${table} (f1)`);
    await client.query(`create index on ${table} (f3)`);
    // Not compressible, so that it is as large on disk.
    await client.query(`insert into ${table} select n, ${FIELDS.map((field) => `'${field}'`).join(', ')}, (select string_agg(encode(sha256((n || ' ' || part)::text::bytea), 'hex'), '') from generate_series(1, 1600) part) from generate_series(${ROWS + 1}, ${ROWS + 20}) n`);
  }
  for (const sql of FULL_JSON) await client.query(sql);
  await installTriggers(client, [CAPTURED]);
  await tidy(client);
}

async function tidy(client: pg.Client): Promise<void> {
  await client.query('truncate deedlog.effect, json_log');
  await client.query(`vacuum analyze ${Object.values(TABLES).join(', ')}`);
}

async function timed(client: pg.Client, sql: string): Promise<number> {
  const start = performance.now();
  await client.query(sql);
  return performance.now() - start;
}

/** One call of each in turn: what slows the machine down slows all of them down. */
async function interleaved(client: pg.Client, { title, sql, rounds, rows, target }: Work): Promise<readonly Ratio[]> {
  await tidy(client);
  const times: Record<Contender, number[]> = { bare: [], deedlog: [], json: [] };
  for (let round = -Math.ceil(rounds / 10); round < rounds; round++) {
    for (const contender of CONTENDERS) {
      const time = await timed(client, sql(TABLES[contender], Math.abs(round)));
      if (round >= 0) times[contender].push(time);
    }
    if (rows >= 10_000 || (round % 500) === 499) await tidy(client);
  }
  return (['deedlog', 'json'] as const).map((contender) => ratioOf(times, { title: `triggers: ${title}`, contender, target: contender === 'deedlog' ? target : undefined }));
}

function ratioOf(times: Record<Contender, number[]>, { title, contender, target }: { title: string; contender: Contender; target: number | undefined }): Ratio {
  const base = median(times.bare);
  const ratios = times[contender].map((time) => time / base).toSorted((one, other) => one - other);
  const name = contender === 'deedlog' ? 'deedlog' : 'whole rows as JSON, row level';
  return { title, name, baseName: 'bare', ratio: median(ratios), low: at(ratios, 0.1), high: at(ratios, 0.9), baseMicroseconds: base * 1000, target };
}

/** A plan is kept for the life of a connection: one made for one row must serve many. */
async function planCache(client: pg.Client, connectionString: string): Promise<Ratio> {
  const bulk = `update ${TABLES.deedlog} set f1 = f1 || '.', f2 = f2 || '.' where id <= ${ROWS}`;
  const used: number[] = [];
  const fresh: number[] = [];
  for (let round = 0; round < 7; round++) {
    for (const seasoned of [true, false]) {
      await tidy(client);
      const connection = new pg.Client({ connectionString });
      await connection.connect();
      for (let id = 1; seasoned && id <= 20; id++) await connection.query(`update ${TABLES.deedlog} set f1 = f1 || '.' where id = ${id}`);
      (seasoned ? used : fresh).push(await timed(connection, bulk));
      await connection.end();
    }
  }
  const ratios = used.map((time) => time / median(fresh)).toSorted((one, other) => one - other);
  const baseMicroseconds = median(fresh) * 1000;
  return { title: `triggers: update of ${ROWS} rows after 20 of one`, name: 'same connection', baseName: 'fresh connection', ratio: median(ratios), low: at(ratios, 0.1), high: at(ratios, 0.9), baseMicroseconds, target: 1.5 };
}

/** The WAL is that of the whole server, and the first change of a page after a checkpoint writes it whole: the least of several tells. */
const WAL_ROUNDS = 15;

/** WAL and disk that one changed row costs. */
async function printSizes(client: pg.Client): Promise<void> {
  for (const { title, sql, rows } of WORKS) {
    await tidy(client);
    const wal: Record<Contender, number[]> = { bare: [], deedlog: [], json: [] };
    for (let round = 0; round < WAL_ROUNDS; round++) {
      for (const contender of CONTENDERS) wal[contender].push((await walOf(client, sql(TABLES[contender], round * 1000))) / rows);
    }
    const { rows: sizes } = await client.query<{ deedlog: string; json: string }>(`select (select round(avg(pg_column_size(e.*))) from deedlog.effect e) as deedlog, (select round(avg(pg_column_size(l.*))) from json_log l) as json`);
    const least = CONTENDERS.map((contender) => `${contender} ${Math.round(Math.min(...wal[contender]))}`).join(', ');
    console.log(`triggers: ${title}: WAL per row in bytes: ${least}; size of a record: deedlog ${sizes[0]?.deedlog}, whole rows ${sizes[0]?.json}`);
  }
}

async function walOf(client: pg.Client, sql: string): Promise<number> {
  const { rows: before } = await client.query<{ lsn: string }>('select pg_current_wal_insert_lsn() as lsn');
  await client.query(sql);
  const { rows: after } = await client.query<{ bytes: string }>('select pg_current_wal_insert_lsn() - $1::pg_lsn as bytes', [before[0]?.lsn]);
  return Number(after[0]?.bytes);
}

function median(values: readonly number[]): number {
  return at(values.toSorted((one, other) => one - other), 0.5);
}

function at(sorted: readonly number[], quantile: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * quantile))] ?? Number.NaN;
}
