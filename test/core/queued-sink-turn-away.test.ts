import { queuedSink } from '@deedlog/core';
import { expect, test } from 'vitest';
import { gatedSink, until } from './support/gated-sink.ts';
import { request } from './support/sink-records.ts';

test('a record that would be dropped is turned away before it is made, and counts', async () => {
  const sink = gatedSink();
  const codes: string[] = [];
  const queue = queuedSink(sink, { capacity: 2, onProblem: ({ code }) => void codes.push(code) });
  expect(queue.turnAway()).toBe(false);
  queue.writeRequests?.([request(1), request(2)]);
  expect([queue.turnAway(), queue.turnAway()]).toEqual([true, true]);
  expect(queue.counters).toEqual({ written: 0, dropped: 2, failed: 0, waiting: 2, underWay: 0 });
  sink.open();
  await until(() => queue.counters.written === 2);
  expect(queue.turnAway()).toBe(false);
  await until(() => sink.losses.length > 0);
  expect(sink.losses).toMatchObject([{ dropped: 2 }]);
  expect(codes).toEqual(['SINK_OVERFLOW', 'SINK_OVERFLOW']);
});

test('where callers are held back, what was admitted is made up to the ceiling', () => {
  const queue = queuedSink(gatedSink(), { capacity: 1, overflow: 'wait', onProblem: () => undefined });
  queue.writeRequests?.([request(1)]);
  expect(queue.turnAway()).toBe(false);
  queue.writeRequests?.([request(2)]);
  expect(queue.turnAway()).toBe(true);
});

test('after close everything is turned away, and told once', async () => {
  const codes: string[] = [];
  const queue = queuedSink(gatedSink({ open: true }), { onProblem: ({ code }) => void codes.push(code) });
  await queue.close();
  expect([queue.turnAway(), queue.turnAway(), queue.counters.dropped]).toEqual([true, true, 2]);
  expect(codes).toEqual(['SINK_CLOSED']);
});
