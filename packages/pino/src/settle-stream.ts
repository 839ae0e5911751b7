import { once } from 'node:events';
import type { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { pinoError } from './errors.ts';

/** Whatever pino can write to: sonic-boom, thread-stream, a Node stream, or just `{ write }`. */
export interface StreamLike {
  on?(name: 'error', listener: (error: unknown) => void): unknown;
  flush?(callback?: (error?: Error | null) => void): unknown;
  flushSync?(): void;
  readonly destroyed?: boolean;
  readonly errored?: Error | null;
  readonly writableEnded?: boolean;
  /** Node streams. */
  readonly writableLength?: number;
  readonly writableNeedDrain?: boolean;
  /** sonic-boom 5: characters that are held back until there are so many. */
  readonly minLength?: number;
  /** sonic-boom 5: bytes that it still has. Its `flush` answers at once where `minLength` is 0, with a write under way. */
  readonly _len?: number;
  /** sonic-boom 5: whether it is opening its file or writing. After an error it is not, until something more is written. */
  readonly _writing?: boolean;
}

/** How long a Node stream that is not full is left alone between two looks, in milliseconds: it does not tell when it is empty. */
const LOOK_AGAIN = 5;

/** Why a stream takes nothing more; undefined: it does. */
export function failedStream({ destroyed = false, writableEnded = false, errored }: StreamLike): { readonly error: unknown } | undefined {
  return destroyed || writableEnded ? { error: errored ?? pinoError('PINO_DESTINATION_CLOSED') } : undefined;
}

/** Settles when the stream has handed on what it was given. Rejects where it says that it cannot, or closes. */
export async function settleStream(stream: StreamLike): Promise<void> {
  if (stream._len !== undefined && stream.minLength !== undefined) return settleSonicBoom(stream);
  if (stream.writableLength !== undefined) return settleNodeStream(stream);
  await flushed(stream);
}

async function settleSonicBoom(stream: StreamLike): Promise<void> {
  // What came in during a write stays behind it.
  while ((stream._len ?? 0) > 0) {
    refuseIfFailed(stream);
    if (stream.minLength !== 0) {
      await flushed(stream);
    } else {
      // Of a pipe that nobody reads pino lets it have nothing more, without a word.
      if (stream._writing === false) throw pinoError('PINO_DESTINATION_CLOSED');
      await firstOf(stream as EventEmitter, ['drain', 'close']);
    }
  }
}

async function settleNodeStream(stream: StreamLike): Promise<void> {
  while ((stream.writableLength ?? 0) > 0) {
    refuseIfFailed(stream);
    await (stream.writableNeedDrain === true ? firstOf(stream as EventEmitter, ['drain', 'close']) : delay(LOOK_AGAIN));
  }
}

async function firstOf(stream: EventEmitter, names: readonly string[]): Promise<void> {
  const stop = new AbortController();
  try {
    await Promise.race(names.map((name) => once(stream, name, { signal: stop.signal })));
  } finally {
    stop.abort();
  }
}

function flushed(stream: StreamLike): Promise<unknown> {
  if (typeof stream.flush !== 'function') return Promise.resolve();
  // pino's own worker takes a flush without parameters for one that returns a promise, or is done at once.
  if (stream.flush.length === 0) return Promise.resolve(stream.flush());
  return new Promise<void>((resolve, reject) => stream.flush?.((error) => (error === undefined || error === null ? resolve() : reject(error))));
}

function refuseIfFailed(stream: StreamLike): void {
  const failed = failedStream(stream);
  if (failed !== undefined) throw failed.error;
}
