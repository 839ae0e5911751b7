import type { ActivityModel, DeedlogError } from '@deedlog/core';
import { migrate, migrateModels, outboxBacklog, relayBatch } from '@deedlog/postgres';
import type { Backlog, DatabaseRole, ModelTables } from '@deedlog/postgres';
import type { MikroORM } from '@mikro-orm/core';
import { checkOrm } from './check-orm.ts';
import { checkSeparateLog } from './check-separate-log.ts';
import { mikroOrmError } from './errors.ts';
import { hideSchema } from './hide-schema.ts';
import { postgresClient } from './postgres-client.ts';
import type { RecordsPlace } from './records-place.ts';
import { RelayLoop } from './relay-loop.ts';
import type { RelayCounters } from './relay-loop.ts';
import { separatePlace } from './separate-place.ts';
import { transactionalClient } from './transactional-client.ts';

export interface SeparateLogOptions {
  /** The orm whose changes are recorded. Its database holds the outbox. */
  readonly business: MikroORM;
  /** An orm of its own for the log's database; it needs no entities but those with which you read the log. */
  readonly log: MikroORM;
  /** Models with a table of their own, by name: for `migrate`, and for a process that only relays. Default: those of `createDeedlog`. */
  readonly models?: Readonly<Record<string, ActivityModel>>;
  /** Called with everything that went wrong without failing anybody. Must not throw. Default: nothing. */
  readonly onProblem?: (problem: DeedlogError) => void;
  /** How many rows of the outbox one turn moves at most. Default 200; more moves faster and holds more in memory. */
  readonly batchRows?: number;
  /** How often the outbox is looked at without being woken, in milliseconds. Default 1000. A commit of this process wakes the relay at once. */
  readonly pollMs?: number;
  /** How long an act without a transaction waits for a log that does not answer, before it takes the outbox. Default 1000 milliseconds. */
  readonly directMs?: number;
}

/** A log in a database of its own, and the relay that brings records there. */
export interface SeparateLog {
  /** What this process has done so far. */
  readonly counters: Readonly<RelayCounters>;
  /** Brings the tables of both databases up to date. Safe at every start, by several instances. Returns the migrations that ran. */
  migrate(): Promise<Readonly<Record<'business' | 'log', readonly string[]>>>;
  /** Rejects with `SEPARATE_LOG_BUSINESS_NOT_READY`, `SEPARATE_LOG_NOT_READY` or `SEPARATE_LOG_SAME_DATABASE`. */
  check(): Promise<void>;
  /** Starts the relay. `mikroOrmStore` does it; call it in a process that only relays. */
  start(): void;
  /** Moves what can be moved now, and says what is left. Never call it inside an open transaction on PGlite. */
  drain(): Promise<Backlog>;
  /** How much waits in the outbox. */
  backlog(): Promise<Backlog>;
  /** Stops the relay after a last {@link drain}; reports `SEPARATE_LOG_LEFT` where something is left. Leaves both orms open. */
  close(): Promise<void>;
}

const DEFAULT_BATCH_ROWS = 200;
const DEFAULT_POLL_MS = 1000;
const DEFAULT_DIRECT_MS = 1000;

const places = new WeakMap<SeparateLog, { business: MikroORM; place: RecordsPlace }>();

/** The place behind a log, for the store of the orm that it was made for. Throws `SEPARATE_LOG_BUSINESS_NOT_READY`. */
export function placeOf(log: SeparateLog, orm: MikroORM): RecordsPlace {
  const found = places.get(log);
  if (found?.business !== orm) throw mikroOrmError('SEPARATE_LOG_BUSINESS_NOT_READY', 'log was made for another orm');
  return found.place;
}

/**
 * Keeps the log in a database of its own: `mikroOrmStore(orm, { log: separateLog({ business: orm, log: logOrm }) })`.
 * There is no transaction over both databases. What is recorded in a business transaction goes into `deedlog.outbox` with it, and
 * from there to the log exactly once; the README says what follows from that.
 *
 * Throws `SEPARATE_LOG_SAME_DATABASE` for one orm given twice, `MIKRO_ORM_VERSION_UNSUPPORTED`, `MIKRO_ORM_DRIVER_UNSUPPORTED`.
 */
export function separateLog(options: SeparateLogOptions): SeparateLog {
  const { business, log, onProblem = () => undefined, batchRows = DEFAULT_BATCH_ROWS, pollMs = DEFAULT_POLL_MS, directMs = DEFAULT_DIRECT_MS } = options;
  if (business === log) throw mikroOrmError('SEPARATE_LOG_SAME_DATABASE');
  for (const orm of [business, log]) {
    checkOrm(orm);
    hideSchema(orm);
  }
  const counters: RelayCounters = { moved: 0, refused: 0, failed: 0, direct: 0, detoured: 0 };
  const clients = { business: transactionalClient(business), log: transactionalClient(log) };
  let models: ModelTables = new Map(Object.entries(options.models ?? {}).map(([name, { deedlogModel }]) => [name, deedlogModel]));
  const useModels = (given: ModelTables): void => {
    models = new Map([...models, ...given]);
  };
  const loop = new RelayLoop({
    move: (limit) => relayBatch(clients.business, clients.log, { limit, models }),
    onProblem: guarded(onProblem),
    failed: (cause) => mikroOrmError('SEPARATE_LOG_RELAY_FAILED', undefined, cause),
    refused: (count) => mikroOrmError('SEPARATE_LOG_ROW_REFUSED', `${count} rows`),
    limit: batchRows,
    pollMs,
    counters,
  });
  const backlog = (): Promise<Backlog> => outboxBacklog(clients.business);
  const run = (orm: MikroORM, role: DatabaseRole): Promise<string[]> => migrate(postgresClient(orm), { role });
  const made: SeparateLog = {
    counters,
    migrate: async () => ({ business: await run(business, 'business'), log: [...(await run(log, 'log')), ...(await migrateModels(clients.log, [...models.values()]))] }),
    check: () => checkSeparateLog(clients.business, clients.log),
    start: () => loop.wake(),
    async drain() {
      await loop.drain();
      return await backlog();
    },
    backlog,
    async close() {
      await loop.stop();
      await loop.drain();
      await reportLeft(backlog, guarded(onProblem));
    },
  };
  places.set(made, { business, place: separatePlace({ ...clients, loop, counters, directMs, made, models: () => models, useModels }) });
  return made;
}

async function reportLeft(backlog: () => Promise<Backlog>, onProblem: (problem: DeedlogError) => void): Promise<void> {
  try {
    const { waiting, refused } = await backlog();
    if (waiting + refused > 0) onProblem(mikroOrmError('SEPARATE_LOG_LEFT', `${waiting} rows wait, ${refused} were refused`));
  } catch (cause) {
    onProblem(mikroOrmError('SEPARATE_LOG_LEFT', 'the outbox cannot be counted', cause));
  }
}

function guarded(onProblem: (problem: DeedlogError) => void): (problem: DeedlogError) => void {
  return (problem) => {
    try {
      onProblem(problem);
    } catch {
      // A listener that throws must not stop the relay.
    }
  };
}
