import { createDeedlog, userActor } from '@deedlog/core';
import type { Deedlog } from '@deedlog/core';
import { mikroOrmStore } from '@deedlog/mikro-orm';
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { databaseKind, testOrm } from '../support/database.ts';
import type { TestOrmResource } from '../support/database.ts';
import { Account } from './account.ts';
import { checkLog } from './check-log.ts';
import { Animal, Dog, Mark, Owner, Seat, Truck, Vehicle } from './entities.ts';
import { programs } from './program.ts';
import type { Lane } from './program.ts';
import { runLane } from './run-steps.ts';
import { Stamps } from './stamps.ts';
import { emptyAll, installWitness } from './witness.ts';

/** How many random programs run: `DEEDLOG_RUNS=2000 DEEDLOG_SEED=random vitest run test/property`, with and without DATABASE_URL. */
const RUNS = Number(process.env['DEEDLOG_RUNS'] ?? 100);
/** A program takes some 50 ms. One that has not ended by then waits for itself. */
const PROGRAM_MS = 30_000;
/** After some thousands of refused statements PGlite itself answers "stack depth limit exceeded", whatever it is asked. */
const PROGRAMS_PER_DATABASE = 400;
/** So that shrinking, too, comes to an end. */
const TIMEOUT_MS = 120_000 + RUNS * 2000;

test(`replaying the effects gives the tables' content, each change once, whatever was done (${databaseKind})`, { timeout: TIMEOUT_MS }, async () => {
  await using worlds = new AsyncDisposableStack();
  const account = new Account();
  const open = async (): Promise<World> => worlds.use(await openWorld(account));
  let world = await open();
  let effects = 0;
  let runs = 0;
  const property = fc.asyncProperty(programs, async (lanes) => {
    if (++runs % PROGRAMS_PER_DATABASE === 0) world = await open();
    try {
      effects += await runProgram(world, lanes);
    } catch (error) {
      // Nothing else would come through a connection that waits for itself.
      if (error instanceof NotEnded) world = await open();
      throw error;
    }
  });
  await fc.assert(property, { numRuns: RUNS, interruptAfterTimeLimit: TIMEOUT_MS - 60_000, markInterruptAsFailure: true });
  // A generator that changes nothing would prove nothing.
  expect(effects).toBeGreaterThan(RUNS * 5);
  if (process.env['DEEDLOG_RUNS'] !== undefined) console.log(`${databaseKind}: ${RUNS} programs, ${effects} effects`, Object.fromEntries(account.seen));
});

interface World extends TestOrmResource {
  readonly deedlog: Deedlog;
  readonly stamps: Stamps;
  readonly account: Account;
}

/** One database for many programs; what a program leaves is deleted before the next. */
async function openWorld(account: Account): Promise<World> {
  const database = await testOrm([Mark, Owner, Seat, Animal, Dog, Vehicle, Truck], { pool: { max: 40 } });
  await installWitness(database.client);
  await database.client.query(`insert into mark (id, name) values (1, 'a'), (2, 'b'), (3, 'c')`);
  const stamps = new Stamps();
  database.orm.em.getEventManager().registerSubscriber(stamps);
  const deedlog = createDeedlog({ actor: ({ actor }: { actor: string }) => userActor(actor), store: mikroOrmStore(database.orm) }) as unknown as Deedlog;
  return { ...database, deedlog, stamps, account };
}

async function runProgram({ orm, client, deedlog, stamps, account }: World, lanes: readonly Lane[]): Promise<number> {
  await emptyAll(client);
  stamps.forget();
  account.forget();
  let number = 0;
  const shared = { deedlog, account, next: () => ++number, fork: () => orm.em.fork(), frame: undefined, around: [], intents: [], oneConnection: databaseKind === 'pglite' };
  const running = lanes.map((lane, index) => runLane(lane, { ...shared, em: orm.em.fork(), lane: String(index) }));
  for (const ended of await inTime(Promise.allSettled(running))) if (ended.status === 'rejected') throw ended.reason;
  return checkLog(client, { stamps, account });
}

class NotEnded extends Error {}

async function inTime<Result>(work: Promise<Result>): Promise<Result> {
  const stop = new AbortController();
  const late = setTimeout(PROGRAM_MS, undefined, { signal: stop.signal }).then(() => {
    throw new NotEnded('the program did not end: something waits for what never comes');
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    stop.abort();
  }
}
