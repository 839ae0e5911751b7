import { queuedSink } from '@deedlog/core';
import type { DeedlogError, QueuedSink, QueuedSinkOptions, Sink } from '@deedlog/core';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { gatedSink, turns, until } from './support/gated-sink.ts';
import { activities, activity, request } from './support/sink-records.ts';

const never = new Promise<never>(() => undefined);

function queued(sink: Sink, options: QueuedSinkOptions = {}): { readonly queue: QueuedSink; readonly problems: DeedlogError[]; readonly codes: () => string[] } {
  const problems: DeedlogError[] = [];
  const queue = queuedSink(sink, { onProblem: (problem) => void problems.push(problem), ...options });
  return { queue, problems, codes: () => problems.map(({ code }) => code) };
}

describe('close', () => {
  test('hands on what is queued, then closes the sink, once', async () => {
    const sink = gatedSink();
    const { queue, codes } = queued(sink, { batch: 2 });
    queue.write(activities(1, 5));
    const closed = [queue.close(), queue.close()];
    for (let batch = 0; batch < 3; batch++) await sink.take();
    await Promise.all(closed);
    expect(sink.calls).toEqual(['write 1 2', 'write 3 4', 'write 5', 'close']);
    expect([queue.counters, codes()]).toEqual([{ written: 5, dropped: 0, failed: 0, waiting: 0, underWay: 0 }, []]);
  });

  test('of a sink that never settles ends in time; the rest is dropped, counted and reported', async () => {
    const sink = gatedSink();
    const { queue, problems, codes } = queued(sink, { batch: 2, capacity: 5, closeTimeout: 30 });
    queue.write(activities(1, 7));
    const begun = performance.now();
    await queue.close();
    // A timer of Node may fire a millisecond early.
    expect(performance.now() - begun).toBeGreaterThan(28);
    expect(queue.counters).toEqual({ written: 0, dropped: 5, failed: 0, waiting: 0, underWay: 2 });
    expect(sink.calls).toEqual(['write 1 2', 'close']);
    expect(codes()).toEqual(['SINK_OVERFLOW', 'SINK_OVERFLOW', 'SINK_CLOSED']);
    expect(problems[1]?.message).toContain('closed after 2 records from');
    expect(problems[2]?.message).toContain('after 30 ms 3 records were waiting and 2 under way');
    await sink.take();
    await turns();
    expect([queue.counters, sink.calls.length]).toEqual([{ written: 2, dropped: 5, failed: 0, waiting: 0, underWay: 0 }, 2]);
  });

  test('of a sink that refuses everything ends with one report of the sum', async () => {
    const { queue, problems, codes } = queued({ name: 'sore', write: () => Promise.reject(new Error('no')) }, { batch: 1 });
    queue.write(activities(1, 6));
    await queue.close();
    expect([queue.counters.failed, codes()]).toEqual([6, ['SINK_FAILED', 'SINK_FAILED']]);
    expect(problems[1]?.message).toContain('closed after it refused 6 records from');
  });

  test('tells the sink of what was dropped before it closes it', async () => {
    const sink = gatedSink({ open: true });
    const { queue } = queued(sink, { capacity: 2 });
    queue.write(activities(1, 5));
    await queue.close();
    expect(sink.calls).toEqual(['write 1 2', 'noteLoss 3', 'close']);
  });

  test('never rejects and never hangs, whatever closing the sink does', async () => {
    const throwing = queued({ name: 'a', write: () => undefined, close: () => { throw new Error('no'); } });
    const rejecting = queued({ name: 'b', write: () => undefined, close: () => Promise.reject(new Error('no')) });
    const hanging = queued({ name: 'c', write: () => undefined, close: () => never }, { closeTimeout: 20 });
    const full = queued({ name: 'd', write: () => undefined, ready: () => never, close: () => Promise.resolve() }, { closeTimeout: 20 });
    full.queue.write([activity(1)]);
    for (const { queue } of [throwing, rejecting, hanging, full]) await queue.close();
    expect([throwing, rejecting, hanging, full].map(({ codes }) => codes())).toEqual([['SINK_FAILED'], ['SINK_FAILED'], ['SINK_FAILED'], ['SINK_CLOSED']]);
    expect(hanging.problems[0]?.message).toContain('close was not done after 20 ms');
  });

  test('makes late records drops, reported once', async () => {
    const sink = gatedSink({ open: true });
    const { queue, problems } = queued(sink);
    await queue.close();
    queue.write(activities(1, 3));
    queue.writeRequests?.([request(4)]);
    queue.flushSync();
    await turns();
    expect([sink.calls, queue.counters]).toEqual([['close'], { written: 0, dropped: 4, failed: 0, waiting: 0, underWay: 0 }]);
    expect(problems.map(({ code, message }) => [code, message.includes('records came after close')])).toEqual([['SINK_CLOSED', true]]);
  });
});

describe('flushSync', () => {
  test('hands on everything at once, in order, and flushes the sink', () => {
    const sink = gatedSink({ open: true });
    const { queue } = queued(sink, { batch: 2 });
    queue.write(activities(1, 3));
    queue.writeRequests?.([request(4)]);
    queue.flushSync();
    expect(sink.calls).toEqual(['write 1 2', 'write 3', 'writeRequests 4', 'flushSync']);
  });

  test('counts at once what a sink takes at once', () => {
    const { queue } = queued({ name: 'quick', write: () => undefined });
    queue.write(activities(1, 3));
    queue.flushSync();
    expect(queue.counters).toEqual({ written: 3, dropped: 0, failed: 0, waiting: 0, underWay: 0 });
  });

  test('does not wait for the batch under way; each batch is counted when it ends, and the queue goes on afterwards', async () => {
    const sink = gatedSink();
    const { queue } = queued(sink, { batch: 2 });
    queue.write(activities(1, 6));
    await until(() => sink.underWay === 1);
    queue.flushSync();
    expect([sink.calls, queue.counters]).toEqual([['write 1 2', 'write 3 4', 'write 5 6', 'flushSync'], { written: 0, dropped: 0, failed: 0, waiting: 0, underWay: 6 }]);
    await sink.take();
    await sink.refuse(new Error('no'));
    await turns();
    expect(queue.counters).toEqual({ written: 2, dropped: 0, failed: 2, waiting: 0, underWay: 2 });
    queue.write([activity(7)]);
    await turns();
    expect(sink.calls.length).toBe(4);
    await sink.take();
    await sink.take();
    await until(() => queue.counters.written === 5);
    expect(sink.calls.at(-1)).toBe('write 7');
  });

  test('tells the sink what was dropped', () => {
    const sink = gatedSink();
    const { queue, codes } = queued(sink, { capacity: 2 });
    queue.write(activities(1, 5));
    queue.flushSync();
    expect([sink.calls, codes()]).toEqual([['write 1 2', 'noteLoss 3', 'flushSync'], ['SINK_OVERFLOW', 'SINK_OVERFLOW']]);
  });

  test('of a sink that throws, or writes into its own queue, ends', () => {
    const sore = queued({ name: 'sore', write: () => { throw new Error('no'); }, flushSync: () => { throw new Error('no'); } });
    sore.queue.write(activities(1, 2));
    sore.queue.flushSync();
    expect([sore.queue.counters.failed, sore.codes()]).toEqual([2, ['SINK_FAILED', 'SINK_FAILED']]);
    const echo = queued({ name: 'echo', write: (records) => echo.queue.write(records) }, { batch: 1 });
    echo.queue.write(activities(1, 3));
    echo.queue.flushSync();
    expect(echo.queue.counters).toMatchObject({ written: 3, waiting: 3 });
  });

  test('while it closes hands on what close has not yet', async () => {
    const sink = gatedSink();
    const { queue } = queued(sink, { batch: 1 });
    queue.write(activities(1, 3));
    const closed = queue.close();
    await until(() => sink.underWay === 1);
    queue.flushSync();
    expect(sink.calls).toEqual(['write 1', 'write 2', 'write 3', 'flushSync']);
    sink.open();
    await closed;
    expect([queue.counters.written, sink.calls.at(-1)]).toEqual([3, 'close']);
  });

  test('flushes a sink that is still closing, and no closed one', async () => {
    const sink = gatedSink({ open: true });
    const gate = Promise.withResolvers<void>();
    const { queue } = queued({ ...sink, close: () => gate.promise });
    const closed = queue.close();
    await turns();
    queue.flushSync();
    gate.resolve();
    await closed;
    queue.flushSync();
    expect(sink.calls).toEqual(['flushSync']);
  });
});

describe('a process with a queue', () => {
  async function run(...args: string[]): Promise<unknown> {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'support', 'queue-child.ts'), ...args], { stdio: 'inherit' });
    return (await once(child, 'exit'))[0];
  }

  test('that has nothing else to do ends, with what a slow sink has taken', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'deedlog-queue-'));
    const file = join(directory, 'log');
    expect(await run('slow', file)).toBe(0);
    expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toEqual(Array.from({ length: 25 }, (_, id) => String(id)));
    rmSync(directory, { recursive: true });
  });

  test('is not kept alive by a sink that never settles', async () => {
    expect(await run('stuck')).toBe(0);
  });

  test('waits for its own close, and no longer than that allows', async () => {
    expect(await run('closing')).toBe(7);
  });
});
