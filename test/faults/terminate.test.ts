import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import type { PostgresLike } from '@deedlog/postgres';
import { expect, test } from 'vitest';
import { databaseKind, testDatabase } from '../support/database.ts';
import { check, WITNESS } from './witness.ts';

/** How many connections are terminated, each of another process. The big run is `DEEDLOG_TERMINATIONS=100 vitest run test/faults/terminate`. */
const TERMINATIONS = Number(process.env['DEEDLOG_TERMINATIONS'] ?? 4);
/** By when each request of the process must have ended after its neighbour's connection was terminated. */
const HANG_MS = 10_000;
/** The load lasts at most this long before the termination, in milliseconds. */
const LOAD_MS = 250;

const onServer = test.skipIf(databaseKind === 'pglite');

onServer('a terminated connection leaves each committed change with one effect and its activity, and holds nobody up', { timeout: TERMINATIONS * 3 * HANG_MS }, async () => {
  await using database = await testDatabase();
  for (const statement of WITNESS) await database.client.query(statement);
  const states = new Map<string, number>();
  let changes = 0;
  for (let round = 0; round < TERMINATIONS; round++) {
    const state = await terminateUnderLoad(database.client, 'clientUrl' in database.connection ? database.connection.clientUrl : '');
    states.set(state, (states.get(state) ?? 0) + 1);
    changes = await check(database.client, database.client);
  }
  expect(changes).toBeGreaterThan(TERMINATIONS);
  if (process.env['DEEDLOG_TERMINATIONS'] !== undefined) console.log(`${TERMINATIONS} terminations, ${changes} changes; the connections were ${JSON.stringify(Object.fromEntries(states))}`);
});

/** One termination for each process, because the pool of MikroORM 7.2.1 never gets back a connection that was killed in a transaction. Returns what the connection was doing. */
async function terminateUnderLoad(client: PostgresLike, url: string): Promise<string> {
  const child = fork(new URL('./load.ts', import.meta.url).pathname, [url], { env: { ...process.env, MAY_FAIL: '1' }, execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const exit = once(child, 'exit');
  try {
    expect(await first([once(child, 'message'), exit])).toEqual(['ready', undefined]);
    await setTimeout(20 + Math.random() * LOAD_MS);
    const state = await terminateOne(client);
    child.send('all?');
    expect(await first([once(child, 'message'), exit]), `after a connection was terminated that was ${state}`).toEqual(['all go on', undefined]);
    return state;
  } finally {
    child.kill('SIGKILL');
    await exit;
  }
}

async function first(promises: readonly Promise<unknown>[]): Promise<unknown> {
  return Promise.race([...promises, setTimeout(HANG_MS, 'hangs', { ref: false })]);
}

/** A random connection of the load, in a transaction where there is one. */
async function terminateOne(client: PostgresLike): Promise<string> {
  const { rows } = await client.query(`select state, pg_terminate_backend(pid) as done from (
    select pid, state from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
    order by state = 'idle', random() limit 1) as one`);
  expect(rows[0]?.['done']).toBe(true);
  return String(rows[0]?.['state']);
}
