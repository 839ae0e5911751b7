import type { ReadableStreamDefaultReader, UnderlyingSource } from 'node:stream/web';
import { quietly } from './replace-method.ts';

/** What is seen of a stream that passes. */
export interface StreamWatch {
  chunk(value: unknown): void;
  /** Once: it was read to its end, broke, was given up by whoever read it, or was thrown away. */
  ended(how: 'through' | 'failed' | 'cancelled' | 'unread', error?: unknown): void;
}

/**
 * The same chunks one by one, when they are asked for: nothing is read ahead or gathered. It is no stream of bytes, because such a stream
 * takes the memory of each chunk from its owner.
 */
export function passedStream(stream: ReadableStream, watch?: StreamWatch): ReadableStream {
  return new ReadableStream(new PassedSource(stream, watch), { highWaterMark: 0 });
}

class PassedSource implements UnderlyingSource {
  readonly #stream: ReadableStream;
  readonly #watch: StreamWatch | undefined;
  #reader: ReadableStreamDefaultReader<unknown> | undefined;

  constructor(stream: ReadableStream, watch: StreamWatch | undefined) {
    this.#stream = stream;
    this.#watch = watch;
  }

  async pull(controller: ReadableStreamDefaultController): Promise<void> {
    try {
      const { done, value } = await this.#locked().read();
      if (done) {
        controller.close();
        this.#ended('through');
      } else {
        quietly(() => this.#watch?.chunk(value));
        controller.enqueue(value);
      }
    } catch (error) {
      this.#ended('failed', error);
      throw error;
    }
  }

  cancel(reason: unknown): Promise<void> {
    this.#ended('cancelled');
    return this.#locked().cancel(reason);
  }

  #ended(how: 'through' | 'failed' | 'cancelled', error?: unknown): void {
    quietly(() => this.#watch?.ended(how, error));
  }

  /** The application's stream is left alone until somebody reads. */
  #locked(): ReadableStreamDefaultReader<unknown> {
    this.#reader ??= this.#stream.getReader() as ReadableStreamDefaultReader<unknown>;
    return this.#reader;
  }
}
