import { createDeedlog, userActor } from '@deedlog/core';
import { mikroOrmStore } from '@deedlog/mikro-orm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { databaseKind, testOrm } from '../support/database.ts';
import { Animal, Dog, Mark, Owner, Seat } from './entities.ts';
import { checkLog } from './check-log.ts';
import { isPlanned, runLane } from './requests.ts';
import { Stamps } from './stamps.ts';
import { lanes } from './steps.ts';
import { emptyAll, installWitness } from './witness.ts';

/**
 * How many random programs run. The default keeps `pnpm test` short; the big run is
 * `DEEDLOG_PROPERTY_RUNS=3000 vitest run test/property`, with and without DATABASE_URL.
 */
const RUNS = Number(process.env['DEEDLOG_PROPERTY_RUNS'] ?? 120);
/** Far more than a run takes; only so that a hang ends. */
const TIMEOUT_MS = 60_000 + RUNS * 2000;

test(`replaying the effects gives the tables' content, each change once, whatever was done (${databaseKind})`, { timeout: TIMEOUT_MS }, async () => {
  await using database = await testOrm([Mark, Owner, Seat, Animal, Dog]);
  const { orm, client } = database;
  await installWitness(client);
  await client.query(`insert into mark (id, name) values (1, 'a'), (2, 'b'), (3, 'c')`);
  const stamps = new Stamps();
  orm.em.getEventManager().registerSubscriber(stamps);
  const deedlog = createDeedlog({ actor: ({ actor }: { actor: string }) => userActor(actor), store: mikroOrmStore(orm) });
  let effects = 0;
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(lanes, async (programs) => {
      await emptyAll(client);
      stamps.deletions.clear();
      let number = 0;
      const next = (): number => ++number;
      const running = programs.map((lane, index) => runLane(lane, { deedlog: deedlog as never, lane: index, next, em: orm.em.fork() }));
      for (const ended of await Promise.allSettled(running)) if (ended.status === 'rejected' && !isPlanned(ended.reason)) throw ended.reason;
      effects += await checkLog(client, stamps);
      runs++;
    }),
    { numRuns: RUNS },
  );
  // A generator that changes nothing would prove nothing.
  expect(effects).toBeGreaterThan(runs);
  if (process.env['DEEDLOG_PROPERTY_RUNS'] !== undefined) console.log(`${databaseKind}: ${runs} runs, ${effects} effects`);
  await deedlog.close();
});
