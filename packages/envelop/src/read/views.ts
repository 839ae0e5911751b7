import type { ActivityPage, Authorize, LogView, ObjectReference, Reader } from '@deedlog/core';
import DataLoader from 'dataloader';

/** One object's log, as a field asks for it. */
export interface ObjectLogKey extends ObjectReference {
  readonly limit: number;
}

/** What one operation may see, and the object logs that it collects. */
export interface OperationView {
  readonly view: LogView;
  /** First pages of the histories of objects; all that are asked for at a time are read together. */
  readonly objectLogs: DataLoader<ObjectLogKey, ActivityPage, string>;
  /** The same, only counted. */
  readonly objectCounts: DataLoader<ObjectLogKey, ActivityPage, string>;
}

/** Asks `authorize` once for each operation: by its context. */
export function operationViews<Context>(reader: Reader, authorize: Authorize<Context>): (context: Context) => Promise<OperationView> {
  const known = new WeakMap<object, Promise<OperationView>>();
  const open = async (context: Context): Promise<OperationView> => {
    const view = reader.as(await authorize(context));
    return { view, objectLogs: objectLogs(view, { count: false }), objectCounts: objectLogs(view, { count: true }) };
  };
  return (context) => {
    if (typeof context !== 'object' || context === null) return open(context);
    const before = known.get(context);
    if (before !== undefined) return before;
    const opened = open(context);
    known.set(context, opened);
    return opened;
  };
}

function objectLogs(view: LogView, { count }: { readonly count: boolean }): OperationView['objectLogs'] {
  return new DataLoader(async (keys) => {
    const byLimit = Map.groupBy(keys, ({ limit }) => limit);
    const pages = new Map<ObjectLogKey, ActivityPage>();
    for (const [limit, own] of byLimit) {
      const found = await view.histories(own, { limit, count });
      own.forEach((key, index) => pages.set(key, found[index] as ActivityPage));
    }
    return keys.map((key) => pages.get(key) as ActivityPage);
  }, { cacheKeyFn: ({ type, id, limit }) => JSON.stringify([type, id, limit]), maxBatchSize: 500 });
}
