import type { Activity, Store, TransactionActivity, TransactionHooks } from '@deedlog/core';

/** A store that behaves as `store` and shows `see` every activity that it is given, in transactions, too. */
export function watchStore<Watched extends Store>(store: Watched, see: (activities: readonly Activity[]) => void): Watched {
  const watched: Pick<Store, 'write' | 'connect'> = {
    write(activities, options) {
      see(activities);
      return store.write(activities, options);
    },
    connect: (hooks, models) => store.connect?.(watchHooks(hooks, see), models),
  };
  // Over an empty object: of a frozen store a proxy may not give other methods.
  return new Proxy({} as Watched, {
    get(_target, key) {
      if (key === 'write') return watched.write;
      if (key === 'connect') return store.connect === undefined ? undefined : watched.connect;
      const value: unknown = Reflect.get(store, key, store);
      // A method of a class reaches its private fields only through the store itself.
      return typeof value === 'function' ? (value.bind(store) as unknown) : value;
    },
    has: (_target, key) => Reflect.has(store, key),
  });
}

/** What is written at a commit goes past `write`: the store hands deedlog a function of its own. */
function watchHooks(hooks: TransactionHooks, see: (activities: readonly Activity[]) => void): TransactionHooks {
  const watched = new WeakMap<TransactionActivity, TransactionActivity>();
  return {
    ...hooks,
    activityIn(transaction) {
      const activity = hooks.activityIn(transaction);
      if (activity === undefined) return undefined;
      const known = watched.get(activity) ?? watchActivity(activity, see);
      watched.set(activity, known);
      return known;
    },
    beforeCommit: (transaction, write) =>
      hooks.beforeCommit(transaction, (activity, options) => {
        see([activity]);
        return write(activity, options);
      }),
    explain: async (changes) => {
      const explanation = await hooks.explain(changes);
      if (explanation !== undefined) see(explanation.activities);
      return explanation;
    },
  };
}

function watchActivity(activity: TransactionActivity, see: (activities: readonly Activity[]) => void): TransactionActivity {
  const { id, isolate } = activity;
  return {
    id,
    isolate,
    isUnrecorded: () => activity.isUnrecorded(),
    async least(effects) {
      const record = await activity.least(effects);
      if (record !== undefined) see([record]);
      return record;
    },
  };
}
