import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { relayBatch } from '@deedlog/postgres';
import type { TransactionalClient } from '@deedlog/postgres';
import { userActor } from '@deedlog/core';
import pg from 'pg';
import { expect, test } from 'vitest';
import { databaseKind } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { count, createOrder, insertEffects, stored, twoDatabases } from './orders.ts';

const CHILD = new URL('relay-child.ts', import.meta.url).pathname;
const KILLS = 40;
const skipReason = databaseKind === 'pglite' ? 'PGlite lives in one process: set DATABASE_URL to run it on PostgreSQL' : false;

test.skipIf(skipReason)(`kill -9 of the relay, ${KILLS} times: each record arrives exactly once (${skipReason || 'PostgreSQL'})`, { timeout: 240_000 }, async () => {
  await using all = await twoDatabases();
  const { business, logged, log } = all;
  let orders = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const child = await relayChild(urlOf(business), urlOf(logged));
    for (let i = 0; i < 30; i++) await insertEffects(business.client, ++orders);
    await setTimeout(Math.random() * 60);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  const moved = orders - (await log.backlog()).waiting;
  // The children did the work, and not only the last drain; and each was killed while something was left or on its way.
  expect(moved).toBeGreaterThan(0);
  await drained(all);
  expect(await timesPerOrder(logged)).toEqual(new Set([2]));
  expect(await count(logged.client, 'deedlog.effect')).toBe(orders * 2);
});

test('dying between the commit of the log and the delete from the outbox doubles nothing', async () => {
  await using all = await twoDatabases();
  const { business, logged, log } = all;
  for (let order = 1; order <= 9; order++) await insertEffects(business.client, order);
  const [businessClient, logClient] = [clientOf(business), clientOf(logged)];
  const dies = dyingAt('delete from deedlog.outbox', businessClient);
  await expect(relayBatch(dies, logClient, { limit: 4 })).rejects.toThrow('died');
  expect(await count(logged.client, 'deedlog.effect')).toBe(8);
  expect(await count(business.client, 'deedlog.outbox')).toBe(9);
  // A commit that comes late sorts before what has arrived: the next batch is another one.
  await business.client.query(`insert into deedlog.outbox (seq, records) overriding system value select -1, records from deedlog.outbox where seq = 9`);
  await log.drain();
  expect(await count(business.client, 'deedlog.outbox')).toBe(0);
  expect(await count(logged.client, 'deedlog.effect')).toBe(20);
});

test('dying at any statement of a turn, on either side, loses and doubles nothing', async () => {
  await using all = await twoDatabases();
  const { business, logged, log } = all;
  const [businessClient, logClient] = [clientOf(business), clientOf(logged)];
  let orders = 0;
  let died = 0;
  for (let statement = 1; statement <= 8; statement++) {
    for (const side of ['business', 'log'] as const) {
      for (let i = 0; i < 5; i++) await insertEffects(business.client, ++orders);
      const dying = { business: businessClient, log: logClient };
      dying[side] = dyingAfter(statement, dying[side]);
      for (let turn = 0; turn < 2; turn++) await relayBatch(dying.business, dying.log, { limit: 3 }).catch(() => died++);
    }
  }
  expect(died).toBeGreaterThan(8);
  await log.drain();
  expect(await count(logged.client, 'deedlog.effect')).toBe(orders * 2);
  expect(await timesPerOrder(logged)).toEqual(new Set([2]));
});

test('a relay that was thought dead writes nothing once another has taken its turn', async () => {
  await using all = await twoDatabases();
  const { business, logged } = all;
  for (let order = 1; order <= 3; order++) await insertEffects(business.client, order);
  const logClient = clientOf(logged);
  const overtaken: TransactionalClient = {
    ...logClient,
    async transaction(body) {
      await logged.client.query('update deedlog.relayed set turn = turn + 1');
      return await logClient.transaction(body);
    },
  };
  expect(await relayBatch(clientOf(business), overtaken, { limit: 10 })).toMatchObject({ result: 'overtaken', moved: 0 });
  expect(await count(logged.client, 'deedlog.effect')).toBe(0);
  expect(await count(business.client, 'deedlog.outbox')).toBe(3);
});

test.skipIf(skipReason)(`the log's database goes away and comes back while the business goes on (${skipReason || 'PostgreSQL'})`, { timeout: 60_000 }, async () => {
  await using all = await twoDatabases({ pollMs: 20 });
  const { business, logged, log, problems, deedlog } = all;
  await createOrder(all);
  const admin = new pg.Client({ connectionString: process.env['DATABASE_URL'] });
  await admin.connect();
  const away = `${logged.name}_away`;
  for (let outage = 0; outage < 3; outage++) {
    await admin.query(`alter database ${logged.name} allow_connections false`);
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [logged.name]);
    await admin.query(`alter database ${logged.name} rename to ${away}`);
    for (let i = 0; i < 10; i++) await createOrder(all);
    await deedlog.trackActivity({ action: 'report.print', actor: userActor('7') });
    expect((await log.backlog()).waiting).toBeGreaterThanOrEqual(11);
    await admin.query(`alter database ${away} rename to ${logged.name}`);
    await admin.query(`alter database ${logged.name} allow_connections true`);
    for (let i = 0; i < 5; i++) await createOrder(all);
  }
  await admin.end();
  await drained(all);
  const activities = await stored(logged.client);
  const ids = activities.filter(({ action }) => action === 'order.create').map(({ targetId }) => Number(targetId));
  expect(ids.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 46 }, (_, index) => index + 1));
  expect(activities.filter(({ action }) => action === 'report.print')).toHaveLength(3);
  expect(await count(business.client, 'orders')).toBe(46);
  expect(problems.map(({ code }) => code)).toContain('SEPARATE_LOG_RELAY_FAILED');
});

async function drained({ log }: Pick<Awaited<ReturnType<typeof twoDatabases>>, 'log'>): Promise<void> {
  // A killed relay's connection holds the lock until the server has noticed.
  await expect.poll(async () => (await log.drain()).waiting, { timeout: 30_000 }).toBe(0);
}

async function timesPerOrder(database: TestDatabase): Promise<Set<number>> {
  const { rows } = await database.client.query('select count(*)::int as n from deedlog.effect group by pk');
  return new Set(rows.map(({ n }) => Number(n)));
}

async function relayChild(business: string, log: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [CHILD, business, log], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

function urlOf({ connection }: TestDatabase): string {
  if (!('clientUrl' in connection)) throw new Error('a server is needed');
  return connection.clientUrl;
}

/** The test's own client, with transactions. */
function clientOf({ client, connection }: TestDatabase): TransactionalClient {
  return {
    query: (sql, params) => client.query(sql, params),
    async transaction(body) {
      if ('pglite' in connection) return connection.pglite.transaction((tx) => body({ query: (sql, params) => tx.query(sql, params) }));
      const held = new pg.Client({ connectionString: connection.clientUrl });
      await held.connect();
      try {
        await held.query('begin');
        const result = await body(held);
        await held.query('commit');
        return result;
      } finally {
        // Without a commit, ending the connection rolls back.
        await held.end();
      }
    },
  };
}

function dyingAt(start: string, client: TransactionalClient): TransactionalClient {
  return dyingWhen((sql) => sql.startsWith(start), client);
}

function dyingAfter(statements: number, client: TransactionalClient): TransactionalClient {
  let run = 0;
  return dyingWhen(() => ++run > statements, client);
}

function dyingWhen(dies: (sql: string) => boolean, client: TransactionalClient): TransactionalClient {
  const guard = (inner: Pick<TransactionalClient, 'query'>): Pick<TransactionalClient, 'query'> => ({
    query: (sql, params) => (dies(sql) ? Promise.reject(new Error('died')) : inner.query(sql, params)),
  });
  return { ...guard(client), transaction: (body) => client.transaction((inner) => body(guard(inner))) };
}
