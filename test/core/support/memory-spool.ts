import type { Activity, Spool } from '@deedlog/core';

export interface MemorySpool extends Spool {
  readonly waiting: readonly Activity[];
  broken: boolean;
  drains: number;
}

/** A spool in memory, one activity a batch. */
export function memorySpool(): MemorySpool {
  const waiting: Activity[] = [];
  const spool: MemorySpool = {
    waiting,
    broken: false,
    drains: 0,
    add(activities) {
      if (spool.broken) return Promise.reject(new Error('no space left'));
      waiting.push(...activities);
      return Promise.resolve();
    },
    async drain(write) {
      spool.drains++;
      let drained = 0;
      for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
        await write([next]);
        waiting.shift();
        drained++;
      }
      return drained;
    },
  };
  return spool;
}
