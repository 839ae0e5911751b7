import { createDeedlog, memoryStore, userActor } from '@deedlog/core';
import type { Deedlog, MemoryStore } from '@deedlog/core';
import type { FileSpool } from '@deedlog/spool';
import { describe, expect, test } from 'vitest';
import { bench } from './support.ts';

interface App {
  readonly store: MemoryStore;
  readonly deedlog: Deedlog;
  outage: boolean;
}

/** An application whose store can be switched off. */
function app(spool: FileSpool): App {
  const store = memoryStore();
  const state: App = {
    store,
    outage: false,
    deedlog: createDeedlog({
      actor: () => userActor('7'),
      spool,
      onFailure: 'spool',
      onProblem: () => undefined,
      store: {
        write: (activities, options) => (state.outage ? Promise.reject(new Error('store is away')) : store.write(activities, options)),
      },
    }),
  };
  return state;
}

function approve({ deedlog }: App, id: number): Promise<string> {
  return deedlog.run({ actor: userActor('7') }, async () => (await deedlog.trackActivity({ action: 'invoice.approve', target: { type: 'Invoice', id } })).status);
}

describe('failure policy spool', () => {
  test('what the store refuses waits on the disk, and is stored when the store is back', async () => {
    await using place = bench();
    const running = app(place.open());
    running.outage = true;
    expect([await approve(running, 1), await approve(running, 2)]).toEqual(['spooled', 'spooled']);
    expect(running.store.activities).toEqual([]);
    running.outage = false;
    expect(await running.deedlog.drain()).toBe(2);
    expect(running.store.activities.map(({ targetId, actorId }) => [targetId, actorId])).toEqual([['1', '7'], ['2', '7']]);
    await running.deedlog.close();
  });

  test('what a process leaves is stored by the next, with the times at which it happened', async () => {
    await using place = bench();
    const first = app(place.open());
    first.outage = true;
    await approve(first, 1);
    await first.deedlog.close();
    const end = new Date();
    const second = app(place.open());
    expect(await approve(second, 2)).toBe('stored');
    await second.deedlog.close();
    const left = second.store.activities.find(({ targetId }) => targetId === '1');
    expect(left?.occurredAt).toBeInstanceOf(Date);
    expect(left?.occurredAt.getTime()).toBeLessThanOrEqual(end.getTime());
    expect(second.store.activities).toHaveLength(2);
  });

  test('a full spool makes the record lost, and counted as that', async () => {
    await using place = bench();
    const running = app(place.open({ maxBytes: 10 }));
    running.outage = true;
    expect(await approve(running, 1)).toBe('lost');
    expect(running.deedlog.counters.lost).toBe(1);
    running.outage = false;
    await approve(running, 2);
    await running.deedlog.close();
    expect(running.store.activities.map(({ action }) => action).toSorted()).toEqual(['deedlog.gap', 'invoice.approve']);
  });
});
