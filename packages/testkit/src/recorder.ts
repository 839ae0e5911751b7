import { memoryStore } from '@deedlog/core';
import type { Activity, MemoryStore, Sink } from '@deedlog/core';
import { matchingActivities } from './activity-pattern.ts';
import type { ActivityPattern } from './activity-pattern.ts';

/** Records activities in memory, as the store or beside one. */
export interface ActivityRecorder {
  /** For `createDeedlog({ store: recorder.store, … })`. */
  readonly store: MemoryStore;
  /** For `createDeedlog({ sinks: [recorder.sink], … })`, beside the application's own store. */
  readonly sink: Sink;
  /** In the order in which they were recorded. */
  readonly activities: readonly Activity[];
  /** Those that match, by a pattern or a test of one's own. Throws `TESTKIT_PATTERN_INVALID`. */
  find(pattern: ActivityPattern | ((activity: Activity) => boolean)): readonly Activity[];
  clear(): void;
}

/** A recorder for one test, or for many with `clear()` between them. */
export function recorder(): ActivityRecorder {
  const store = memoryStore();
  return {
    store,
    sink: {
      name: 'recorder',
      write: async (activities) => {
        await store.write(activities);
      },
    },
    get activities() {
      return store.activities;
    },
    find: (pattern) => (typeof pattern === 'function' ? store.activities.filter(pattern) : matchingActivities(store.activities, pattern)),
    clear: () => store.clear(),
  };
}
