import type { Activity } from '../record/activity.ts';
import type { Placement, Store } from './store.ts';

/** A store for tests and try-outs. */
export interface MemoryStore extends Store {
  /** In the order in which they were written. */
  readonly activities: readonly Activity[];
  clear(): void;
}

const OWN: Promise<Placement> = Promise.resolve({ at: 'own' });

/** Keeps activities in memory, without bound; knows no transactions. Not for production: they are gone with the process. */
export function memoryStore(): MemoryStore {
  const byId = new Map<string, Activity>();
  let list: Activity[] | undefined = [];
  return {
    get activities() {
      return (list ??= [...byId.values()]);
    },
    clear() {
      byId.clear();
      list = undefined;
    },
    write(activities) {
      for (const activity of activities) if (!byId.has(activity.id)) byId.set(activity.id, activity);
      list = undefined;
      return OWN;
    },
  };
}
