import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { databaseKind, testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { check, WITNESS } from './witness.ts';

/** How often the process is killed, half of them for each set-up. The big run is `DEEDLOG_KILLS=400 vitest run test/faults/kill`. */
const KILLS = Number(process.env['DEEDLOG_KILLS'] ?? 25);
/** A start, the load and the check of one kill, generously; only so that a hang ends. */
const KILL_MS = 10_000;
/** The load lasts at most this long before the kill, in milliseconds. */
const LOAD_MS = 250;

/** PGlite lives in the process that is killed: nothing of it is left to look at. */
const onServer = test.skipIf(databaseKind === 'pglite');

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

function report(setUp: string, changes: number): void {
  if (process.env['DEEDLOG_KILLS'] !== undefined) console.log(`${setUp}: ${KILLS} kills over both set-ups, ${changes} changes`);
}
