import { createDeedlog, memoryStore, queuedSink } from '@deedlog/core';
import type { DeedlogError, QueuedSink, QueuedSinkOptions, Sink } from '@deedlog/core';
import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from 'vitest';
import { gatedSink, nameOf, turns, until } from './support/gated-sink.ts';
import { activities, activity, effect, request } from './support/sink-records.ts';

interface Queued {
  readonly queue: QueuedSink;
  readonly problems: DeedlogError[];
  readonly codes: () => string[];
}

function queued(sink: Sink, options: QueuedSinkOptions = {}): Queued {
  const problems: DeedlogError[] = [];
  const queue = queuedSink(sink, { onProblem: (problem) => void problems.push(problem), ...options });
  return { queue, problems, codes: () => problems.map(({ code }) => code) };
}

const idle = ({ counters }: QueuedSink): boolean => counters.waiting + counters.underWay === 0;

describe('what the sink gets', () => {
  test('nothing in the turn of the caller, then everything in the order in which it came, whatever the kind', async () => {
    const sink = gatedSink({ open: true });
    const { queue } = queued(sink);
    queue.write(activities(1, 2));
    queue.write([activity(3)]);
    queue.writeEffects?.([effect(4), effect(5)]);
    queue.writeRequests?.([request(6)]);
    queue.write([activity(7)]);
    await Promise.resolve();
    expect([sink.calls, queue.counters]).toEqual([[], { written: 0, dropped: 0, failed: 0, waiting: 7, underWay: 0 }]);
    await until(() => idle(queue));
    expect(sink.calls).toEqual(['write 1 2 3', 'writeEffects 4 5', 'writeRequests 6', 'write 7']);
    expect(queue.counters).toEqual({ written: 7, dropped: 0, failed: 0, waiting: 0, underWay: 0 });
  });

  test('batches of at most so many, one after the other', async () => {
    const sink = gatedSink();
    const { queue } = queued(sink, { batch: 2 });
    queue.write(activities(1, 5));
    await until(() => sink.underWay === 1);
    await turns();
    expect([sink.calls, queue.counters]).toEqual([['write 1 2'], { written: 0, dropped: 0, failed: 0, waiting: 3, underWay: 2 }]);
    queue.write([activity(6)]);
    await sink.take();
    await sink.take();
    await sink.take();
    await until(() => idle(queue));
    expect(sink.calls).toEqual(['write 1 2', 'write 3 4', 'write 5 6']);
  });

  test('records that came while it was busy come in one batch', async () => {
    const sink = gatedSink();
    const { queue } = queued(sink);
    queue.write([activity(1)]);
    await until(() => sink.underWay === 1);
    for (const one of activities(2, 40)) queue.write([one]);
    sink.open();
    await until(() => idle(queue));
    expect(sink.calls).toEqual(['write 1', `write ${Array.from({ length: 39 }, (_, index) => index + 2).join(' ')}`]);
  });

  test('what alternates costs no turn of the event loop each', async () => {
    const sink = gatedSink({ open: true });
    const { queue } = queued(sink, { batch: 100 });
    for (let id = 0; id < 50; id++) {
      queue.write([activity(id)]);
      queue.writeRequests?.([request(id)]);
    }
    await turns(2);
    expect([queue.counters.written, sink.calls.length]).toEqual([100, 100]);
  });

  test('a sink that takes everything at once leaves the event loop a turn between two batches', async () => {
    const order: string[] = [];
    const { queue } = queued({ name: 'quick', write: (records) => void order.push(`batch of ${records.length}`) }, { batch: 2 });
    queue.write(activities(1, 4));
    while (!idle(queue)) {
      await turns(1);
      order.push('turn');
    }
    expect(order.join()).toMatch(/batch of 2,(turn,)+batch of 2/);
  });

  test('back-pressure of the sink is heeded; one that rejects is no hindrance', async () => {
    const sink = gatedSink({ open: true });
    const room = Promise.withResolvers<void>();
    const { queue } = queued({ ...sink, ready: () => room.promise });
    queue.write([activity(1)]);
    await turns();
    expect(sink.calls).toEqual([]);
    room.reject(new Error('no'));
    await until(() => idle(queue));
    expect(sink.calls).toEqual(['write 1']);
  });

  test('it has the methods that the sink has, and its name', () => {
    const bare = queuedSink({ name: 'bare', write: () => undefined });
    const full = queuedSink(gatedSink(), { overflow: 'wait' });
    expect([bare.name, Object.keys(bare).toSorted()]).toEqual(['bare', ['close', 'counters', 'flushSync', 'name', 'turnAway', 'write']]);
    expect(Object.keys(full).toSorted()).toEqual(['close', 'counters', 'flushSync', 'name', 'ready', 'turnAway', 'write', 'writeEffects', 'writeRequests']);
  });

  test('nor that of the request in which it was made', async () => {
    const request_ = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const queue = request_.run('the first', () => queuedSink({ name: 'made late', write: () => void seen.push(request_.getStore()) }));
    request_.run('the second', () => queue.write([activity(1)]));
    await until(() => idle(queue));
    expect(seen).toEqual([undefined]);
  });

  test('no call joins the async context of the request that caused it', async () => {
    const scope = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const see = (): void => void seen.push(scope.getStore());
    const gate = Promise.withResolvers<void>();
    const sink: Sink = { name: 'seeing', write: () => (see(), gate.promise), ready: () => (see(), undefined), noteLoss: see, flushSync: see, close: async () => see() };
    const queue = queuedSink(sink, { capacity: 1, onProblem: see });
    await scope.run('request', async () => {
      queue.write(activities(1, 2));
      await until(() => queue.counters.underWay === 1);
      gate.resolve();
      await until(() => idle(queue));
      queue.flushSync();
      await queue.close();
    });
    expect(seen.length).toBeGreaterThan(6);
    expect(new Set(seen)).toEqual(new Set([undefined]));
  });
});

describe('a sink that is too slow', () => {
  test('loses the newest records, counted exactly and reported twice', async () => {
    const sink = gatedSink();
    const { queue, problems, codes } = queued(sink, { capacity: 4, batch: 2 });
    const begun = Date.now();
    for (const one of activities(1, 10)) queue.write([one]);
    expect(queue.counters).toEqual({ written: 0, dropped: 6, failed: 0, waiting: 4, underWay: 0 });
    await until(() => sink.underWay === 1);
    queue.write(activities(11, 12));
    expect([queue.counters.dropped, codes()]).toEqual([8, ['SINK_OVERFLOW']]);
    await sink.take();
    await sink.take();
    await until(() => idle(queue) && sink.losses.length > 0);
    expect(sink.calls).toEqual(['write 1 2', 'noteLoss 8', 'write 3 4']);
    const [loss] = sink.losses;
    expect(loss!.from.getTime()).toBeGreaterThanOrEqual(begun);
    expect(loss!.until.getTime()).toBeGreaterThanOrEqual(loss!.from.getTime());
    expect(codes()).toEqual(['SINK_OVERFLOW', 'SINK_OVERFLOW']);
    expect(problems[0]?.message).toContain('gated: begins to drop');
    expect(problems[1]?.message).toContain(`8 records from ${loss!.from.toISOString()} until ${loss!.until.toISOString()} were dropped`);
    expect(queue.counters).toEqual({ written: 4, dropped: 8, failed: 0, waiting: 0, underWay: 0 });
  });

  test('has one spell as long as it stays near its bounds, and another later', async () => {
    const sink = gatedSink();
    const { queue, codes } = queued(sink, { capacity: 10, batch: 2 });
    for (let round = 0; round < 20; round++) {
      queue.write(activities(1, 10));
      await sink.take();
      await turns();
    }
    expect([queue.counters.dropped > 100, codes(), sink.losses]).toEqual([true, ['SINK_OVERFLOW'], []]);
    sink.open();
    await until(() => idle(queue) && sink.losses.length > 0);
    const { dropped } = queue.counters;
    expect(sink.losses).toMatchObject([{ dropped }]);
    sink.shut();
    queue.write(activities(1, 13));
    sink.open();
    await until(() => sink.losses.length > 1);
    expect([sink.losses[1]?.dropped, codes().length]).toEqual([3, 4]);
  });

  test('is bounded by what records hold, too', async () => {
    const sink = gatedSink();
    const { queue } = queued(sink, { maxCharacters: 100_000 });
    const large = (id: number) => activity(id, { metadata: { text: 'x'.repeat(30_000) } });
    queue.write([large(1), large(2), large(3), large(4), activity(5)]);
    expect(queue.counters).toMatchObject({ dropped: 1, waiting: 4 });
    await until(() => sink.underWay === 1);
    queue.write([large(6)]);
    expect(queue.counters).toMatchObject({ dropped: 2, underWay: 4 });
    sink.open();
    await until(() => idle(queue));
    queue.write([large(7)]);
    await until(() => idle(queue));
    expect(sink.calls.filter((call) => call.startsWith('write'))).toEqual(['write 1 2 3 5', 'write 7']);
  });

  test('a record larger than the bound is dropped, and the spell is over at once', async () => {
    const sink = gatedSink({ open: true });
    const { queue, codes } = queued(sink, { maxCharacters: 1 });
    queue.write([activity(1)]);
    await until(() => sink.losses.length > 0);
    expect([sink.calls, codes(), queue.counters.dropped]).toEqual([['noteLoss 1'], ['SINK_OVERFLOW', 'SINK_OVERFLOW'], 1]);
  });

  test('ten times what it takes: memory stays bounded, the caller is not slowed', async () => {
    const sink = gatedSink();
    const { queue } = queued(sink, { capacity: 1000 });
    let most = 0;
    for (let round = 0; round < 100; round++) {
      for (let id = 0; id < 1000; id++) queue.write([activity(id)]);
      const { waiting, underWay } = queue.counters;
      most = Math.max(most, waiting + underWay);
      await sink.take();
    }
    sink.open();
    await until(() => idle(queue));
    const { written, dropped } = queue.counters;
    expect([most, written + dropped]).toEqual([1000, 100_000]);
    expect(dropped).toBeGreaterThan(40_000);
  });
});

describe('a sink that refuses', () => {
  const error = new Error('disk full');

  test.each(['rejects', 'throws', 'answers with a thenable that rejects', 'answers with a thenable that throws'])('and %s: counted, reported, and the next batch comes as usual', async (how) => {
    const seen: string[] = [];
    const answer = (): unknown => {
      if (how === 'rejects') return Promise.reject(error);
      if (how === 'throws') throw error;
      return { then: (_: unknown, reject: (cause: Error) => void) => { if (how.endsWith('throws')) throw error; reject(error); } };
    };
    const write = (records: readonly { id: string }[]): void => {
      const isFirst = seen.push(records.map(({ id }) => id).join(' ')) === 1;
      if (isFirst) return answer() as undefined;
    };
    const { queue, problems } = queued({ name: 'sore', write }, { batch: 2 });
    queue.write(activities(1, 5));
    await until(() => idle(queue));
    expect(seen).toEqual(['1 2', '3 4', '5']);
    expect(queue.counters).toEqual({ written: 3, dropped: 0, failed: 2, waiting: 0, underWay: 0 });
    expect(problems.map(({ code, cause }) => [code, cause])).toEqual([['SINK_FAILED', error], ['SINK_FAILED', undefined]]);
    expect(problems[0]?.message).toContain('sore: refused 2 records');
    expect(problems[1]?.message).toContain('takes records again after it refused 2 records from');
  });

  test('for long is reported when it begins, and with the sum when it is over', async () => {
    const sink = gatedSink();
    const { queue, problems } = queued(sink, { batch: 1 });
    queue.write(activities(1, 9));
    for (let batch = 0; batch < 7; batch++) await sink.refuse(error);
    await until(() => queue.counters.failed === 7);
    expect(problems).toHaveLength(1);
    sink.open();
    await until(() => idle(queue));
    expect(queue.counters).toEqual({ written: 2, dropped: 0, failed: 7, waiting: 0, underWay: 0 });
    expect(problems).toHaveLength(2);
    expect(problems[1]?.message).toContain('refused 7 records');
  });

  test('and one that empties the batch, answers anything or fails at noteLoss, harms nothing', async () => {
    const write = (records: readonly unknown[]): number => ((records as unknown[]).length = 0);
    const sink = { name: 'odd', write, noteLoss: () => Promise.reject(error) } as unknown as Sink;
    const { queue, problems } = queued(sink, { capacity: 2 });
    queue.write(activities(1, 3));
    await until(() => problems.length === 3);
    expect(queue.counters).toEqual({ written: 2, dropped: 1, failed: 0, waiting: 0, underWay: 0 });
    expect(problems.map(({ code, cause }) => [code, cause])).toEqual([['SINK_OVERFLOW', undefined], ['SINK_OVERFLOW', undefined], ['SINK_FAILED', error]]);
  });

  test('a flush that rejects is reported, behind a queue and without one', async () => {
    const sink: Sink = { name: 'late', write: () => undefined, flushSync: (() => Promise.reject(error)) as () => void };
    const { queue, problems } = queued(sink, {});
    queue.flushSync();
    const deedlog = createDeedlog({ store: memoryStore(), actor: () => undefined, sinks: [sink], onProblem: (problem) => problems.push(problem) });
    deedlog.flushSync();
    await until(() => problems.length === 2);
    expect(problems.map(({ code, cause }) => [code, cause])).toEqual([['SINK_FAILED', error], ['SINK_FAILED', error]]);
    await deedlog.close();
  });

  test('a reporter that throws or rejects is swallowed', async () => {
    for (const onProblem of [() => { throw error; }, (() => Promise.reject(error)) as () => void]) {
      const queue = queuedSink({ name: 'sore', write: () => Promise.reject(error) }, { capacity: 1, onProblem });
      queue.write(activities(1, 2));
      await until(() => idle(queue));
      expect(queue.counters).toMatchObject({ dropped: 1, failed: 1 });
    }
  });

  test('a reporter that looks at the counters sees each record once', async () => {
    const sums: number[] = [];
    const sink = gatedSink();
    const queue = queuedSink(sink, { batch: 2, onProblem: () => void sums.push(Object.values(queue.counters).reduce((sum: number, count: number) => sum + count, 0)) });
    queue.write(activities(1, 4));
    await sink.refuse(error);
    await sink.take();
    await until(() => idle(queue));
    expect(sums).toEqual([4, 4]);
  });

  test('without a reporter is a process warning', async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error): void => void warnings.push(warning);
    process.on('warning', listen);
    const queue = queuedSink({ name: 'sore', write: () => Promise.reject(error) });
    queue.write([activity(1)]);
    await until(() => warnings.length > 0);
    process.off('warning', listen);
    expect(warnings).toMatchObject([{ code: 'SINK_FAILED' }]);
  });

  test('a sink that writes to its own queue is not recursion', async () => {
    const seen: string[] = [];
    const sink: Sink = { name: 'echo', write: (records) => { seen.push(...records.map(nameOf)); if (seen.length < 5) queue.write(records); } };
    const { queue } = queued(sink);
    queue.write([activity(1)]);
    await until(() => seen.length === 5 && idle(queue));
    expect(queue.counters.written).toBe(5);
  });
});

test.each([
  [{ capacity: 0 }, 'capacity: 0'],
  [{ capacity: 1.5 }, 'capacity: 1.5'],
  [{ maxCharacters: Number.NaN }, 'maxCharacters: NaN'],
  [{ batch: -1 }, 'batch: -1'],
  [{ maxWait: Infinity }, 'maxWait: Infinity'],
  [{ closeTimeout: 2 ** 31 }, 'closeTimeout: 2147483648'],
  [{ overflow: 'block' }, 'overflow: block'],
])('%o is refused at set-up', (options, detail) => {
  expect(() => queuedSink(gatedSink(), options as QueuedSinkOptions)).toThrow(expect.objectContaining({ code: 'SINK_OPTION_INVALID', message: expect.stringContaining(`(${detail})`) }));
});
