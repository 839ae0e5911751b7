import type { Activity, Store } from '@deedlog/core';

/** A memory store that forgets: a benchmark must not measure a growing heap. */
export function ringStore(): Store {
  const ring: (Activity | undefined)[] = Array.from({ length: 1024 }, () => undefined);
  let next = 0;
  return {
    write(activities) {
      for (const activity of activities) ring[next++ % ring.length] = activity;
      return Promise.resolve({ at: 'own' as const });
    },
  };
}
