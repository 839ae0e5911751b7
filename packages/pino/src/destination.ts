import type { DeedlogError } from '@deedlog/core';
import { symbols } from 'pino';
import { pinoError } from './errors.ts';
import type { PinoLike } from './pino-like.ts';
import { failedStream, settleStream } from './settle-stream.ts';
import type { StreamLike } from './settle-stream.ts';
import { tell } from './tell.ts';

/** Told of what fails no record. */
export type Report = (problem: DeedlogError) => void;

/** Where the lines of a logger go. */
export class Destination {
  readonly #logger: PinoLike;
  readonly #report: Report;
  readonly #streams: readonly StreamLike[];
  readonly #waiting = new Set<(error: unknown) => void>();
  /** What the destination reported last, and nothing was written since. */
  #error: { readonly error: unknown } | undefined;

  /**
   * From now on an error of the destination is no uncaught one. A log must not end the application, and pino's streams tell of a full
   * disk through an `error` that nobody listens to. One that concerns no record is reported, once until records are written again.
   */
  constructor(logger: PinoLike, report: Report) {
    this.#logger = logger;
    this.#report = report;
    this.#streams = streamsOf((logger as { readonly [symbols.streamSym]?: unknown })[symbols.streamSym]);
    for (const stream of this.#streams) stream.on?.('error', (error) => this.#failed(error));
  }

  /** Logs lines, and settles when the destination has them. Rejects with what it reports; some of the lines may have been written then. */
  async write(log: () => void): Promise<void> {
    const closed = this.#streams.map(failedStream).find((failure) => failure !== undefined);
    if (closed !== undefined) throw closed.error;
    const { promise, reject } = Promise.withResolvers<never>();
    // The logger may throw after its stream has told of the error.
    promise.catch(() => undefined);
    this.#waiting.add(reject);
    const thrown = thrownBy(log);
    try {
      // What was logged before or after it is on its way: a caller that went on would pile up more.
      await Promise.race([promise, this.#settled()]);
      if (thrown !== undefined) throw thrown.error;
      this.#error = undefined;
    } catch (error) {
      // A file that could not be opened is refused for its descriptor afterwards.
      if (this.#error !== undefined) throw this.#error.error;
      throw thrown === undefined ? error : thrown.error;
    } finally {
      this.#waiting.delete(reject);
    }
  }

  flushSync(): void {
    for (const stream of this.#streams) stream.flushSync?.();
  }

  async #settled(): Promise<void> {
    // Another pino's logger does not show its stream.
    if (this.#streams.length === 0) await new Promise<void>((resolve, reject) => this.#logger.flush((error) => (error === undefined || error === null ? resolve() : reject(error))));
    await Promise.all(this.#streams.map(settleStream));
  }

  #failed(error: unknown): void {
    const isFirst = this.#error === undefined;
    this.#error = { error };
    if (this.#waiting.size === 0 && isFirst) void tell(this.#report, pinoError('PINO_DESTINATION_FAILED', undefined, error));
    for (const reject of this.#waiting) reject(error);
  }
}

function thrownBy(log: () => void): { readonly error: unknown } | undefined {
  try {
    log();
    return undefined;
  } catch (error) {
    return { error };
  }
}

/** The streams behind `pino.multistream`, which itself has no asynchronous flush; else the stream. */
function streamsOf(stream: unknown): readonly StreamLike[] {
  if (typeof stream !== 'object' || stream === null) return [];
  const { streams } = stream as { readonly streams?: unknown };
  return Array.isArray(streams) ? (streams as readonly { readonly stream: unknown }[]).flatMap((each) => streamsOf(each.stream)) : [stream];
}
