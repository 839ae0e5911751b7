import { checkModels, insertIntoOutbox, insertRecords, refusalOf } from '@deedlog/postgres';
import type { ModelTables, PostgresLike, Records } from '@deedlog/postgres';
import type { RecordsPlace } from './records-place.ts';
import type { RelayCounters, RelayLoop } from './relay-loop.ts';
import { within } from './within.ts';

export interface SeparatePlaceParts {
  readonly business: PostgresLike;
  readonly log: PostgresLike;
  readonly loop: RelayLoop;
  readonly counters: RelayCounters;
  /** How long a caller waits for a log that does not answer, before the record takes the outbox; in milliseconds. */
  readonly directMs: number;
  readonly models: () => ModelTables;
  readonly useModels: (models: ModelTables) => void;
  readonly made: { check(): Promise<void>; close(): Promise<void> };
}

/** In a transaction: the outbox. In none: the log itself, or the outbox while the log is down. */
export function separatePlace({ business, log, loop, counters, directMs, made, models, useModels }: SeparatePlaceParts): RecordsPlace {
  return {
    useModels,
    insert: insertIntoOutbox,
    async insertOwn(activities) {
      const records = { activities, effects: [] };
      // A late success does no harm: the log keeps an activity's id once.
      if (!loop.failing && (await within(directMs, reaches(log, records, models()), false))) {
        counters.direct += activities.length;
        return;
      }
      await insertIntoOutbox(business, records);
      counters.detoured += activities.length;
      loop.wake();
    },
    committed: () => loop.wake(),
    async check() {
      await made.check();
      await checkModels(log, models());
    },
    close: () => made.close(),
  };
}

/** Rejects where the log refuses what the records hold; false where it cannot be reached. */
async function reaches(log: PostgresLike, records: Records, models: ModelTables): Promise<boolean> {
  try {
    await insertRecords(log, records, { models });
    return true;
  } catch (error) {
    if (refusalOf(error) !== undefined) throw error;
    return false;
  }
}
