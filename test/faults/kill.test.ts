import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import type { PostgresLike, PostgresRow } from '@deedlog/postgres';
import { expect, test } from 'vitest';
import { databaseKind, testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';

/** How often the process is killed, half of them for each set-up. The big run is `DEEDLOG_KILLS=400 vitest run test/faults/kill`. */
const KILLS = Number(process.env['DEEDLOG_KILLS'] ?? 25);
/** A start, the load and the check of one kill, generously; only so that a hang ends. */
const KILL_MS = 10_000;
/** The load lasts at most this long before the kill, in milliseconds. */
const LOAD_MS = 250;

/** With so many changes both ways of the load were taken. */
const SOME = 100;

/** PGlite lives in the process that is killed: nothing of it is left to look at. */
const onServer = test.skipIf(databaseKind === 'pglite');

const WITNESS = [
  'create table item (id serial primary key, count int not null)',
  'create table witness (n bigint generated always as identity, op text, key text)',
  `create function witness() returns trigger language plpgsql as $$ begin
    insert into witness (op, key) values (left(tg_op, 1), coalesce(new.id, old.id)::text); return null; end $$`,
  'create trigger witness after insert or update or delete on item for each row execute function witness()',
];

onServer('a killed process leaves each committed change with one effect and its activity, and nothing else', { timeout: KILLS * KILL_MS }, async () => {
  await using business = await testDatabase();
  for (const statement of WITNESS) await business.client.query(statement);
  let changes = 0;
  for (let kill = 0; kill < Math.ceil(KILLS / 2); kill++) {
    await killUnderLoad(urlsOf(business));
    changes = await check(business.client, business.client);
  }
  expect(changes).toBeGreaterThan(KILLS);
  report('same database', changes);
});

onServer('with a log of its own the same holds once the outbox is empty', { timeout: KILLS * KILL_MS }, async () => {
  await using business = await testDatabase({ migrated: false });
  await using log = await testDatabase({ migrated: false });
  for (const statement of WITNESS) await business.client.query(statement);
  let changes = 0;
  for (let kill = 0; kill < Math.floor(KILLS / 2); kill++) {
    await killUnderLoad(urlsOf(business, log));
    const [code] = await once(start(urlsOf(business, log), { DRAIN_ONLY: '1' }), 'exit');
    expect(code).toBe(0);
    expect((await business.client.query('select from deedlog.outbox')).rows).toEqual([]);
    changes = await check(business.client, log.client);
  }
  expect(changes).toBeGreaterThan(KILLS);
  report('separate log', changes);
});

function urlsOf(...databases: readonly TestDatabase[]): string[] {
  return databases.map(({ connection }) => ('clientUrl' in connection ? connection.clientUrl : ''));
}

function start(urls: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return fork(new URL('./load.ts', import.meta.url).pathname, [...urls], { env: { ...process.env, ...env }, execArgv: [], stdio: 'inherit' });
}

async function killUnderLoad(urls: readonly string[]): Promise<void> {
  const child = start(urls);
  const exit = once(child, 'exit');
  const first = await Promise.race([once(child, 'message'), exit]);
  expect(first).toEqual(['ready', undefined]);
  await setTimeout(Math.random() * LOAD_MS);
  child.kill('SIGKILL');
  expect(await exit).toEqual([null, 'SIGKILL']);
}

/** Sorted `row op` of both sides, once the server has ended what the killed process left open. Returns how many changes there are. */
async function check(business: PostgresLike, log: PostgresLike): Promise<number> {
  await settled(business);
  const truth = await business.query('select key, op from witness order by key, n');
  const told = await log.query('select pk as key, op::text as op from deedlog.effect order by pk, id');
  const lines = (rows: readonly PostgresRow[]): string[] => rows.map(({ key, op }) => `${String(key)} ${String(op)}`);
  expect(lines(told.rows)).toEqual(lines(truth.rows));
  const unexplained = await log.query('select id from deedlog.effect e where not exists (select from deedlog.activity a where a.id = e.activity_id)');
  expect(unexplained.rows).toEqual([]);
  const idle = await log.query(`select id from deedlog.activity a where not exists (select from deedlog.effect e where e.activity_id = a.id)`);
  expect(idle.rows).toEqual([]);
  const doubled = await log.query('select id from deedlog.activity group by id having count(*) > 1');
  expect(doubled.rows).toEqual([]);
  const observers = await log.query('select distinct observer from deedlog.activity order by 1');
  if (truth.rows.length > SOME) expect(observers.rows).toEqual([{ observer: 'manual' }, { observer: 'trpc' }]);
  return truth.rows.length;
}

async function settled(client: PostgresLike): Promise<void> {
  const open = `select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state is distinct from 'idle'`;
  while ((await client.query(open)).rows.length > 0) await setTimeout(5);
}

function report(setUp: string, changes: number): void {
  if (process.env['DEEDLOG_KILLS'] !== undefined) console.log(`${setUp}: ${KILLS} kills over both set-ups, ${changes} changes`);
}
