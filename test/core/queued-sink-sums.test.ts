import { queuedSink } from '@deedlog/core';
import type { QueueCounters, Sink } from '@deedlog/core';
import fc from 'fast-check';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { nameOf } from './support/gated-sink.ts';
import { activity, effect, request } from './support/sink-records.ts';

type Kind = 'write' | 'writeEffects' | 'writeRequests';
type Answer = 'take' | 'throw' | 'later';
type Step =
  | { readonly do: 'give'; readonly kind: Kind; readonly count: number }
  | { readonly do: 'settle'; readonly well: boolean }
  | { readonly do: 'turn' | 'flushSync' };

const answer = fc.constantFrom<Answer>('take', 'throw', 'later', 'later');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('give' as const), kind: fc.constantFrom<Kind>('write', 'writeEffects', 'writeRequests'), count: fc.integer({ min: 0, max: 6 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('settle' as const), well: fc.boolean() }) },
  { weight: 3, arbitrary: fc.constant({ do: 'turn' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'flushSync' as const }) },
);
const schedule = fc.record({
  capacity: fc.integer({ min: 1, max: 12 }),
  batch: fc.integer({ min: 1, max: 5 }),
  overflow: fc.constantFrom('drop' as const, 'wait' as const),
  steps: fc.array(step, { maxLength: 40 }),
  answers: fc.array(answer, { maxLength: 40 }),
});

/** Gives records as the schedule says, and keeps its own account of them. */
class Witness {
  /** What there was room for, in order. */
  readonly kept: string[] = [];
  readonly seen: string[] = [];
  readonly longest: { batch: number; atOnce: number } = { batch: 0, atOnce: 0 };
  given = 0;
  dropped = 0;
  ended = { well: 0, badly: 0 };
  readonly #pending: { readonly count: number; readonly gate: PromiseWithResolvers<void> }[] = [];
  readonly #answers: readonly Answer[];
  calls = 0;
  losses = 0;

  constructor(answers: readonly Answer[]) {
    this.#answers = answers;
  }

  get held(): number {
    return this.kept.length - this.ended.well - this.ended.badly;
  }

  get isBusy(): boolean {
    return this.#pending.length > 0;
  }

  sink(): Sink {
    const got = (kind: Kind, records: readonly Parameters<typeof nameOf>[0][]): void | Promise<void> => this.#got(records.map((record) => `${kind} ${nameOf(record)}`));
    return {
      name: 'witnessed',
      write: (records) => got('write', records),
      writeEffects: (records) => got('writeEffects', records),
      writeRequests: (records) => got('writeRequests', records),
      noteLoss: ({ dropped }) => void (this.losses += dropped),
    };
  }

  settle(well: boolean): void {
    const oldest = this.#pending.shift();
    if (oldest === undefined) return;
    this.ended[well ? 'well' : 'badly'] += oldest.count;
    if (well) oldest.gate.resolve();
    else oldest.gate.reject(new Error('refused'));
  }

  #got(names: readonly string[]): void | Promise<void> {
    this.seen.push(...names);
    this.longest.batch = Math.max(this.longest.batch, names.length);
    const how = this.#answers[this.calls++] ?? 'take';
    if (how === 'later') {
      const gate = Promise.withResolvers<void>();
      this.longest.atOnce = Math.max(this.longest.atOnce, this.#pending.push({ count: names.length, gate }));
      return gate.promise;
    }
    this.ended[how === 'take' ? 'well' : 'badly'] += names.length;
    if (how === 'throw') throw new Error('refused');
  }
}

const sum = ({ written, dropped, failed, waiting, underWay }: QueueCounters): number => written + dropped + failed + waiting + underWay;

test('whatever comes when and however the sink answers: every record is counted once, and what is kept stays in order', async () => {
  await fc.assert(
    fc.asyncProperty(schedule, async ({ capacity, batch, overflow, steps, answers }) => {
      const witness = new Witness(answers);
      const queue = queuedSink(witness.sink(), { capacity, batch, overflow, onProblem: () => undefined });
      const most = overflow === 'wait' ? 2 * capacity : capacity;
      const record = { write: activity, writeEffects: effect, writeRequests: request };
      const give = (kind: Kind, count: number): void => {
        const names = Array.from({ length: count }, () => ++witness.given);
        const room = Math.max(0, most - witness.held);
        witness.kept.push(...names.slice(0, room).map((name) => `${kind} ${name}`));
        witness.dropped += Math.max(0, count - room);
        queue[kind]?.(names.map((name) => record[kind](name)) as never);
      };
      let flushed = false;
      for (const one of steps) {
        if (one.do === 'give') give(one.kind, one.count);
        else if (one.do === 'settle') witness.settle(one.well);
        else if (one.do === 'flushSync') {
          flushed = true;
          queue.flushSync();
        }
        await (one.do === 'turn' ? setImmediate() : settled());
        expect(sum(queue.counters)).toBe(witness.given);
        expect(queue.counters).toMatchObject({ written: witness.ended.well, failed: witness.ended.badly, dropped: witness.dropped });
        expect(witness.seen).toEqual(witness.kept.slice(0, witness.seen.length));
      }
      const closed = queue.close();
      while (queue.counters.waiting + queue.counters.underWay > 0) {
        witness.settle(true);
        await setImmediate();
      }
      await closed;
      expect(witness.seen).toEqual(witness.kept);
      expect(queue.counters).toEqual({ written: witness.ended.well, failed: witness.ended.badly, dropped: witness.dropped, waiting: 0, underWay: 0 });
      expect(witness.losses).toBe(witness.dropped);
      expect(witness.longest.batch).toBeLessThanOrEqual(batch);
      if (!flushed) expect(witness.longest.atOnce).toBeLessThanOrEqual(1);
    }),
    { numRuns: 400 },
  );
});

/** Promises that have been settled have been heard. */
async function settled(): Promise<void> {
  for (let microtask = 0; microtask < 10; microtask++) await Promise.resolve();
}
