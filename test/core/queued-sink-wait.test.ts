import { createDeedlog, memoryStore, queuedSink, userActor } from '@deedlog/core';
import type { Deedlog, MemoryStore, QueuedSink, QueuedSinkOptions } from '@deedlog/core';
import { describe, expect, test } from 'vitest';
import { gatedSink, turns, until } from './support/gated-sink.ts';
import type { GatedSink } from './support/gated-sink.ts';
import { activities, activity } from './support/sink-records.ts';

interface Waiting {
  readonly sink: GatedSink;
  readonly queue: QueuedSink;
  readonly codes: string[];
}

function waiting(options: QueuedSinkOptions): Waiting {
  const codes: string[] = [];
  const sink = gatedSink();
  return { sink, codes, queue: queuedSink(sink, { overflow: 'wait', onProblem: ({ code }) => void codes.push(code), ...options }) };
}

/** Whether each of them has been let in. */
function watch(waits: readonly (Promise<unknown> | undefined)[]): boolean[] {
  const done = waits.map((wait) => wait === undefined);
  for (const [index, wait] of waits.entries()) void wait?.then(() => (done[index] = true));
  return done;
}

describe('whoever begins new work', () => {
  test('goes on at once while there is room, and waits from the capacity on', async () => {
    const { sink, queue } = waiting({ capacity: 2, batch: 1 });
    expect(queue.ready?.()).toBeUndefined();
    queue.write([activity(1)]);
    expect(queue.ready?.()).toBeUndefined();
    queue.write([activity(2)]);
    const done = watch([queue.ready?.(), queue.ready?.()]);
    await turns();
    expect(done).toEqual([false, false]);
    await sink.take();
    await turns();
    expect(done).toEqual([true, false]);
    // There is room, but somebody waits for it.
    expect(queue.ready?.()).toBeInstanceOf(Promise);
    await sink.take();
    await turns();
    expect([done, queue.ready?.()]).toEqual([[true, true], undefined]);
  });

  test('does not overtake who came before', async () => {
    const { sink, queue } = waiting({ capacity: 1, batch: 1 });
    const order: number[] = [];
    queue.write([activity(0)]);
    const begin = async (id: number): Promise<void> => {
      await queue.ready?.();
      order.push(id);
      queue.write([activity(id)]);
    };
    const held = [begin(1), begin(2)];
    await sink.take();
    await until(() => order.length === 1);
    held.push(begin(3));
    sink.open();
    await Promise.all(held);
    expect([order, queue.counters.dropped]).toEqual([[1, 2, 3], 0]);
  });

  test('is let in although those before it, who got the room, record nothing', async () => {
    const { sink, queue } = waiting({ capacity: 2 });
    queue.write(activities(1, 2));
    const done = watch(Array.from({ length: 50 }, () => queue.ready?.()));
    await sink.take();
    await until(() => done.every(Boolean));
  });

  test('waits for the room that characters take, too', async () => {
    const { sink, queue } = waiting({ maxCharacters: 20_000 });
    queue.write([activity(1, { metadata: { text: 'x'.repeat(20_000) } })]);
    const done = watch([queue.ready?.()]);
    await turns();
    expect([done, queue.counters]).toMatchObject([[false], { dropped: 0 }]);
    await sink.take();
    await until(() => done[0] === true);
  });

  test('is released by flushSync and by close', async () => {
    const flushed = waiting({ capacity: 1 });
    flushed.sink.open();
    flushed.queue.write([activity(1)]);
    const afterFlush = watch([flushed.queue.ready?.()]);
    flushed.queue.flushSync();
    await until(() => afterFlush[0] === true);
    const stuck = waiting({ capacity: 1, closeTimeout: 20 });
    stuck.queue.write([activity(1)]);
    const afterClose = watch([stuck.queue.ready?.()]);
    const closed = stuck.queue.close();
    await until(() => afterClose[0] === true);
    expect(stuck.queue.ready?.()).toBeUndefined();
    await closed;
  });

  test('waits no longer than maxWait, each for itself', async () => {
    const { queue } = waiting({ capacity: 1, maxWait: 60 });
    queue.write([activity(1)]);
    const begun = performance.now();
    const first = queue.ready?.()?.then(() => performance.now());
    await until(() => performance.now() > begun + 30);
    const secondBegun = performance.now();
    const second = queue.ready?.()?.then(() => performance.now());
    // A timer of Node may fire a millisecond early.
    expect((await first)! - begun).toBeGreaterThan(58);
    expect((await second)! - secondBegun).toBeGreaterThan(58);
    expect(queue.counters).toMatchObject({ underWay: 1 });
  });
});

test('what was admitted is kept up to twice the bounds, and dropped beyond', async () => {
  const { sink, queue, codes } = waiting({ capacity: 3 });
  queue.write(activities(1, 8));
  expect([queue.counters, codes]).toEqual([{ written: 0, dropped: 2, failed: 0, waiting: 6, underWay: 0 }, ['SINK_OVERFLOW']]);
  sink.open();
  await until(() => sink.losses.length > 0);
  expect(queue.counters).toEqual({ written: 6, dropped: 2, failed: 0, waiting: 0, underWay: 0 });
});

describe('with deedlog', () => {
  interface Log extends Waiting {
    readonly store: MemoryStore;
    readonly deedlog: Deedlog<{ user: string }>;
    readonly track: (id: number) => Promise<unknown>;
  }

  function log(options: QueuedSinkOptions): Log {
    const parts = waiting(options);
    const store = memoryStore();
    const deedlog = createDeedlog({ store, sinks: [parts.queue], actor: ({ user }: { user: string }) => userActor(user) });
    const track = (id: number): Promise<unknown> => deedlog.trackActivity({ action: 'invoice.pay', actor: userActor(7), target: { type: 'Invoice', id } });
    return { ...parts, store, deedlog, track };
  }

  test('the act is held back before it is stored, and released when the sink has room', async () => {
    const { sink, store, track, queue } = log({ capacity: 2, batch: 2 });
    await Promise.all([track(1), track(2)]);
    const held = watch([track(3)]);
    await turns();
    expect([held, store.activities.length]).toEqual([[false], 2]);
    await sink.take();
    await until(() => held[0] === true);
    expect(store.activities.map(({ targetId }) => targetId)).toEqual(['1', '2', '3']);
    await sink.take();
    await until(() => queue.counters.written === 3);
  });

  test('under more load than the sink takes nothing is dropped, and nothing waits for ever', async () => {
    const { sink, store, deedlog, track, queue } = log({ capacity: 50, batch: 10 });
    let next = 0;
    const visitor = async (): Promise<void> => {
      while (next < 1000) await track(next++);
    };
    const visitors = Promise.all(Array.from({ length: 20 }, visitor));
    const isDone = watch([visitors]);
    while (isDone[0] === false) await Promise.race([sink.take(), visitors]);
    sink.open();
    await deedlog.close();
    expect(store.activities).toHaveLength(1000);
    expect(queue.counters).toEqual({ written: 1000, dropped: 0, failed: 0, waiting: 0, underWay: 0 });
  });

  test('a stuck sink delays an act by maxWait and no more; the store has everything, the drops are counted', async () => {
    const { store, track, queue, codes, deedlog } = log({ capacity: 1, maxWait: 20, closeTimeout: 20 });
    for (let id = 1; id <= 4; id++) await track(id);
    expect([store.activities.length, queue.counters.dropped, codes]).toEqual([4, 2, ['SINK_OVERFLOW']]);
    await deedlog.close();
    const { dropped, underWay } = queue.counters;
    expect([dropped + underWay, codes]).toEqual([4, ['SINK_OVERFLOW', 'SINK_OVERFLOW', 'SINK_CLOSED']]);
  });

  test('dropping is the default: no act waits for the sink', async () => {
    const { store, track, queue } = log({ capacity: 2, overflow: 'drop' });
    for (let id = 1; id <= 20; id++) await track(id);
    expect([store.activities.length, queue.counters.dropped]).toEqual([20, 18]);
  });

  test('close hands on what is queued, and flushSync does it at once', async () => {
    const { sink, track, queue, deedlog } = log({ overflow: 'drop' });
    sink.open();
    await track(1);
    deedlog.flushSync();
    expect(sink.calls.map((call) => call.replace(/ .*/, ''))).toEqual(['write', 'flushSync']);
    await Promise.all([track(2), track(3)]);
    await deedlog.close();
    expect(queue.counters).toEqual({ written: 3, dropped: 0, failed: 0, waiting: 0, underWay: 0 });
    expect(sink.calls.at(-1)).toBe('close');
  });

  test.each(['throws', 'rejects'])('a sink whose ready %s holds nobody back, and one that fails to flush harms nobody', async (how) => {
    const problems: string[] = [];
    const store = memoryStore();
    const fail = (): never => {
      throw new Error('no');
    };
    const ready = how === 'throws' ? fail : () => Promise.reject(new Error('no'));
    const sink = { name: 'sore', write: () => undefined, ready, flushSync: fail };
    const deedlog = createDeedlog({ store, sinks: [sink], actor: () => undefined, onProblem: ({ message }) => void problems.push(/\((.*)\)/.exec(message)?.[1] ?? message) });
    await deedlog.trackActivity({ action: 'job.run', actor: userActor(7) });
    deedlog.flushSync();
    expect(store.activities).toHaveLength(1);
    expect(problems).toEqual([...(how === 'throws' ? ['ready of sore'] : []), 'flushing sore']);
  });

  test('switched off, deedlog flushes nothing', () => {
    const { sink, queue } = waiting({});
    createDeedlog({ store: memoryStore(), enabled: false, actor: () => undefined, sinks: [queue] }).flushSync();
    expect(sink.calls).toEqual([]);
  });
});
