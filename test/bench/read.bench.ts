import { existsSync, readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import pg from 'pg';
import { createTextIndex, dropTextIndex, insertActivities, postgresReader } from '@deedlog/postgres';
import type { PostgresLike } from '@deedlog/postgres';
import type { LogView } from '@deedlog/core';
import { bareActivity, sampleActivity } from '../contract/sample-activity.ts';
import { testDatabase } from '../support/database.ts';
import type { Ratio } from './compare.ts';
import { generateLog } from './read-data.ts';
import type { Progress } from './read-data.ts';

const SIZE = { activities: Number(process.env['READ_BENCH_SIZE'] ?? 1_000_000), effects: 3 * Number(process.env['READ_BENCH_SIZE'] ?? 1_000_000) };
/** Queries of each kind, all with other parameters. */
const RUNS = 300;
/** And before them, so that code is compiled and the cache is filled. */
const WARM_UP = 60;
/** What the 99th percentile may be, in milliseconds. */
const TARGET_MS = 10;
const YEAR_START = Date.UTC(2025, 10, 1);
const DAY = 86_400_000;

type Query = (view: LogView, n: number) => Promise<unknown>;

const random = (n: number, below: number): number => Math.abs(Math.imul(n + 1, 2_654_435_761)) % below;
const week = (n: number): { from: Date; until: Date } => {
  const from = YEAR_START + random(n, 350) * DAY;
  return { from: new Date(from), until: new Date(from + 7 * DAY) };
};
const WORDS = ['checked', 'against', 'order', 'customer', 'refund', 'twice', 'ward', 'error'];

const QUERIES: Readonly<Record<string, Query>> = {
  'newest 50': (view) => view.list(),
  'of an object (target)': (view, n) => view.list({ target: { type: `Thing${n % 4}`, id: String(random(n, 200_000)) } }),
  'history of an object': (view, n) => view.history({ type: 'public.thing', id: String(random(n, 300_000)) }),
  'history of a row with 2% of all effects': (view) => view.history({ type: 'public.thing', id: '1' }),
  'of an actor': (view, n) => view.actor(String(random(n, 10_000))),
  'of the actor who did 5%': (view) => view.actor('hot'),
  'action in a week': (view, n) => view.list({ action: ['invoice.approve', 'patient.view', 'bed.delete', 'user.create'][n % 4], ...week(n) }),
  'action prefix in a week': (view, n) => view.list({ action: ['invoice.*', 'patient.*', 'bed.*'][n % 3], ...week(n) }),
  'action, outcome and tool': (view, n) => view.list({ action: 'patient.update', outcome: 'denied', tool: ['billing', 'ward', 'lab'][n % 3] }),
  'tenant and outcome': (view, n) => view.list({ tenant: `tenant-${n % 50}`, outcome: 'failure' }),
  'of a request': (view, n) => view.list({ correlationId: `flow-${random(n, SIZE.activities / 2)}` }),
  'access log of a person': (view, n) => view.access(String(40 * random(n, 125))),
  'text: one rare word': (view, n) => view.list({ text: `case${random(n, SIZE.activities / 10)}` }),
  'text: two frequent words': (view, n) => view.list({ text: `${WORDS[n % 8]} ${WORDS[random(n, 8)]}` }),
  'text: a frequent word in a week': (view, n) => view.list({ text: WORDS[n % 8], ...week(n) }),
  'text: nothing like it': (view, n) => view.list({ text: `nothing${n}` }),
  'unexplained effects': (view) => view.list({ unexplained: true }),
  'one by its id': async (view, n) => view.get((await view.list({ limit: 1, count: false, ...week(n) })).results[0]?.id ?? ''),
  'chart of a week': (view, n) => view.chart(week(n)),
};

/**
 * Every way to read, at a million activities and three million effects on real PostgreSQL; then what the indexes cost an insert.
 * READ_BENCH_URL: a database that was filled before; then nothing is generated, and nothing inserted.
 */
export async function readBench(): Promise<readonly Ratio[]> {
  if (process.env['DATABASE_URL'] === undefined) {
    console.log('reading a large log on real PostgreSQL: left out, DATABASE_URL is not set');
    return [];
  }
  const prepared = process.env['READ_BENCH_URL'];
  if (prepared !== undefined) {
    const client = new pg.Pool({ connectionString: prepared, max: 1 });
    await measure(client);
    await client.end();
    return [];
  }
  await using database = await testDatabase();
  if (!('clientUrl' in database.connection)) return [];
  const client = new pg.Pool({ connectionString: database.connection.clientUrl, max: 1 });
  await timed(`generated ${SIZE.activities} activities and ${SIZE.effects} effects`, () => generateLog(client, SIZE, told()));
  await timed('text index', () => createTextIndex(client));
  await timed('analyze', () => client.query('analyze'));
  await measure(client);
  await insertCost(client);
  await client.end();
  return [];
}

async function measure(client: PostgresLike): Promise<void> {
  const indexed = postgresReader(client).as({ tenants: 'all', models: 'all' });
  const { rows } = await client.query('select pg_backend_pid() as pid');
  const clock = new CpuClock(Number(rows[0]?.['pid']));
  const bare = await sample(() => client.query('select 1'), clock);
  console.log(`for comparison, select 1: p50 ${bare.wall[0]} ms, p99 ${bare.wall[1]} ms; ${cpus().length} processors, load ${loadavg()[0]?.toFixed(1)}`);
  let missed = 0;
  for (const [name, query] of Object.entries(QUERIES)) {
    const { wall, cpu } = await sample((n) => query(indexed, n), clock);
    // Other work on the machine makes the wall clock say little; the server's processor time is what the query costs it.
    const isMissed = Number(cpu[1]) >= TARGET_MS && !name.startsWith('chart');
    if (isMissed) missed++;
    console.log(`${name.padEnd(44)} server p50 ${cpu[0]} ms, p99 ${cpu[1]} ms; wall clock p50 ${wall[0]} ms, p99 ${wall[1]} ms ${isMissed ? `NOT MET (< ${TARGET_MS})` : ''}`);
  }
  await depth(indexed);
  console.log(`${missed} targets missed`);
}

/** The processor time of the server's process, in milliseconds; this one's is in the wall clock. Linux, server on this machine. */
class CpuClock {
  readonly #file: string;
  constructor(pid: number) {
    this.#file = `/proc/${pid}/schedstat`;
  }
  now(): number {
    const [server = 'NaN'] = existsSync(this.#file) ? readFileSync(this.#file, 'utf8').split(' ') : [];
    return Number(server) / 1e6;
  }
}

type Percentiles = readonly [p50: string, p99: string];

async function sample(query: (n: number) => Promise<unknown>, clock: CpuClock): Promise<{ wall: Percentiles; cpu: Percentiles }> {
  const wall: number[] = [];
  const cpu: number[] = [];
  for (let n = 0; n < RUNS + WARM_UP; n++) {
    const [start, busy] = [performance.now(), clock.now()];
    await query(n);
    if (n < WARM_UP) continue;
    wall.push(performance.now() - start);
    cpu.push(clock.now() - busy);
  }
  return { wall: percentiles(wall), cpu: percentiles(cpu) };
}

function percentiles(times: readonly number[]): Percentiles {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(sorted.length * share)] ?? NaN).toFixed(2);
  return [at(0.5), at(0.99)];
}

/** The first pages against those 2,000 pages further back. */
async function depth(view: LogView): Promise<void> {
  for (const [name, query] of Object.entries({ 'all': {}, 'an action': { action: 'invoice.create' }, 'an actor': { actor: { id: 'hot' } } })) {
    const limit = name === 'all' ? 50 : 10;
    const pages: number[] = [];
    let after: string | undefined;
    for (let page = 0; page < 2000; page++) {
      const start = performance.now();
      const { next } = await view.list({ ...query, limit, count: false, after });
      pages.push(performance.now() - start);
      if (next === null) break;
      after = next;
    }
    const median = (times: readonly number[]): string => (times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN).toFixed(2);
    console.log(`depth, ${name}: pages 1–50 median ${median(pages.slice(0, 50))} ms, pages ${pages.length - 49}–${pages.length} median ${median(pages.slice(-50))} ms`);
  }
}

/** What the indexes cost: batches of 100 and single records, with every index, without the text index, without those for reading. */
async function insertCost(client: PostgresLike): Promise<void> {
  const states: Readonly<Record<string, () => Promise<unknown>>> = {
    'with text index': () => Promise.resolve(),
    'without text index': () => dropTextIndex(client),
    ...Object.fromEntries(['related', 'correlation', 'tenant', 'action', 'time'].map((name) => [`and without ${name}`, () => client.query(`drop index deedlog.activity_${name}_idx`)])),
  };
  for (const [name, change] of Object.entries(states)) {
    await change();
    const batches = await median(60, () => insertActivities(client, Array.from({ length: 100 }, (_, n) => (n % 5 === 0 ? sampleActivity() : bareActivity({ actorId: String(n), tenant: 't', correlationId: `c${n}`, occurredAt: new Date() })))));
    const singles = await median(300, () => insertActivities(client, [bareActivity({ actorId: '7', tenant: 't', correlationId: String(Math.random()), occurredAt: new Date() })]));
    console.log(`insert ${name.padEnd(28)} 100 records ${batches.toFixed(2)} ms, one record ${singles.toFixed(3)} ms`);
  }
}

async function median(runs: number, body: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < runs; n++) {
    const start = performance.now();
    await body();
    times.push(performance.now() - start);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(runs / 2)] ?? NaN;
}

/** Prints each step with the seconds since the first. */
function told(): Progress {
  const start = performance.now();
  return (done) => console.log(`  ${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s  ${done}`);
}

async function timed(what: string, body: () => Promise<unknown>): Promise<void> {
  const start = performance.now();
  await body();
  console.log(`${what}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
