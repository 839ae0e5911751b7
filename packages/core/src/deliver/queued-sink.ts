import { reporter } from '../capture/reporter.ts';
import type { OnProblem } from '../capture/settings.ts';
import { coreError } from '../errors.ts';
import type { Activity } from '../record/activity.ts';
import type { DurableEffect } from '../record/durable-effect.ts';
import type { RequestRecord } from '../record/request-record.ts';
import type { Sink } from './sink.ts';
import { SinkQueue } from './sink-queue.ts';
import type { QueueSettings } from './sink-queue.ts';

/** Whole numbers from 1 to 2147483647. */
export interface QueuedSinkOptions {
  /** Most records held, those that the sink is just taking included. Default 10,000. */
  readonly capacity?: number;
  /**
   * Most characters held, about: those of all texts in the records, and 16 for each value. What comes first of both bounds counts; a
   * record that is larger than this is dropped. Default 33,554,432: 32 MiB of memory for Latin texts, twice that for others.
   */
  readonly maxCharacters?: number;
  /** Most records that the sink gets at one go. Default 500. */
  readonly batch?: number;
  /**
   * What a full queue means. `drop` (default): the newest records are dropped. `wait`: whoever begins new work is held back by `ready`
   * until there is room; what was admitted before is kept up to twice the bounds, and only beyond that dropped.
   */
  readonly overflow?: 'drop' | 'wait';
  /** Longest time in milliseconds for which `ready` holds anybody back. Default 5,000. */
  readonly maxWait?: number;
  /** How long in milliseconds `close` waits for the sink to take what is queued, and again for it to close. Default 5,000. */
  readonly closeTimeout?: number;
  /** Told when records are dropped or refused: at the begin and, with the number and the times, at the end. Default: a process warning. */
  readonly onProblem?: OnProblem;
}

/** What became of the records since the queue was made. The sum is what it was given, at any moment. */
export interface QueueCounters {
  /** The sink took them. */
  readonly written: number;
  /** Not handed on: no room, or too late. */
  readonly dropped: number;
  /** The sink refused them. */
  readonly failed: number;
  readonly waiting: number;
  /** Given to the sink, which has neither taken nor refused them yet. */
  readonly underWay: number;
}

/** A sink behind a queue. Writing to it returns at once and never throws. */
export interface QueuedSink extends Sink {
  /** As they are now. */
  readonly counters: QueueCounters;
  write(activities: readonly Activity[]): void;
  writeEffects?(effects: readonly DurableEffect[]): void;
  writeRequests?(requests: readonly RequestRecord[]): void;
  turnAway(): boolean;
  /** Hands all that waits to the sink at once, without waiting for its promises, and has it do the same. */
  flushSync(): void;
  /** Hands on what waits, as long as `closeTimeout` allows, and closes the sink. What is left or comes later is dropped and counted. Never rejects. */
  close(): Promise<void>;
}

/** Seconds of a busy service. */
const DEFAULT_CAPACITY = 10_000;
/** Room for 10,000 records of 3,000 characters, almost three times of what one with every field takes; the largest have 300,000. */
const DEFAULT_MAX_CHARACTERS = 33_554_432;
/** A few milliseconds for a sink that formats text: no request waits longer for its turn. */
const DEFAULT_BATCH = 500;
/** Milliseconds; a request that waits longer is given up by most clients and proxies. */
const DEFAULT_MAX_WAIT = 5_000;
/** Milliseconds; supervisors commonly leave a process ten seconds after SIGTERM. */
const DEFAULT_CLOSE_TIMEOUT = 5_000;
/** Largest delay of a timer in milliseconds. */
const MAX_NUMBER = 2_147_483_647;

/**
 * Puts a bounded queue before a sink, so that a slow one delays nobody: one batch after the other, in the order in which records came,
 * whatever their kind, and no record twice. A batch that the sink refuses is counted and reported, not repeated. Throws `SINK_OPTION_INVALID`.
 */
export function queuedSink(sink: Sink, options: QueuedSinkOptions = {}): QueuedSink {
  const settings = settingsOf(options);
  const queue = new SinkQueue(sink, settings);
  const activities = (records: readonly object[]): unknown => sink.write(records as readonly Activity[]);
  const effects = (records: readonly object[]): unknown => sink.writeEffects?.(records as readonly DurableEffect[]);
  const requests = (records: readonly object[]): unknown => sink.writeRequests?.(records as readonly RequestRecord[]);
  return {
    name: sink.name,
    get counters() {
      const { written, failed, underWay } = queue.sink;
      return { written, dropped: queue.dropped, failed, waiting: queue.waiting, underWay };
    },
    write: (records) => queue.add(activities, records),
    ...(sink.writeEffects === undefined ? undefined : { writeEffects: (records) => queue.add(effects, records) }),
    ...(sink.writeRequests === undefined ? undefined : { writeRequests: (records) => queue.add(requests, records) }),
    ...(settings.overflow === 'wait' ? { ready: () => queue.ready() } : undefined),
    turnAway: () => queue.turnAway(),
    flushSync: () => queue.flushSync(),
    close: () => queue.close(),
  };
}

function settingsOf(options: QueuedSinkOptions): QueueSettings {
  const {
    capacity = DEFAULT_CAPACITY,
    maxCharacters = DEFAULT_MAX_CHARACTERS,
    batch = DEFAULT_BATCH,
    overflow = 'drop',
    maxWait = DEFAULT_MAX_WAIT,
    closeTimeout = DEFAULT_CLOSE_TIMEOUT,
    onProblem,
  } = options;
  for (const [name, number] of Object.entries({ capacity, maxCharacters, batch, maxWait, closeTimeout })) {
    if (!Number.isInteger(number) || number < 1 || number > MAX_NUMBER) throw coreError('SINK_OPTION_INVALID', `${name}: ${String(number)}`);
  }
  if (overflow !== 'drop' && overflow !== 'wait') throw coreError('SINK_OPTION_INVALID', `overflow: ${String(overflow)}`);
  return { capacity, maxCharacters, batch, overflow, maxWait, closeTimeout, report: reporter(onProblem) };
}
