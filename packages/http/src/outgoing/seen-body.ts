import type { ReadableByteStreamController, ReadableStreamDefaultController } from 'node:stream/web';

/** Told of a body that passes by; what it does must not throw. */
export interface BodyWatch {
  /** Somebody begins to read. */
  begun(): void;
  /** The bytes are the stream's own: copy what is to be kept. */
  chunk(bytes: Uint8Array): void;
  /** Once: it is through, it failed, or its reader went away. */
  ended(error?: unknown): void;
}

/** A response whose body somebody may read. */
export type ResponseWithBody = Response & { readonly body: ReadableStream<Uint8Array> };

type Controller = ReadableByteStreamController | ReadableStreamDefaultController<Uint8Array>;

/**
 * The same bytes at the pace of whoever reads them: one chunk is asked for when one is wanted, nothing is gathered, errors and
 * cancelling go through. A `tee` would gather what the slower of its readers has not read.
 */
export function seenBody(response: ResponseWithBody, watch: BodyWatch): ReadableStream<Uint8Array> {
  // Not locked before somebody reads: an answer that nobody reads is let go by the platform only while it is unlocked. For the same
  // reason the response is held as long as the stream: the platform ends an unlocked body whose response was thrown away.
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  const source = {
    pull: async (controller: Controller): Promise<void> => {
      if (reader === undefined) watch.begun();
      reader ??= response.body.getReader();
      const bytes = await nextBytes(reader, watch);
      if (bytes !== undefined) return controller.enqueue(bytes);
      controller.close();
      if ('byobRequest' in controller) controller.byobRequest?.respond(0);
    },
    cancel: async (reason: unknown): Promise<void> => {
      watch.ended(reason ?? new Error('the response was not read to its end'));
      await (reader ?? response.body).cancel(reason);
    },
  };
  // A stream of bytes takes the memory of what is put into it; the chunks of any other stream may be somebody's own.
  const strategy = { highWaterMark: 0 };
  return isByteStream(response.body) ? new ReadableStream({ ...source, type: 'bytes' }, strategy) : new ReadableStream<Uint8Array>(source, strategy);
}

function isByteStream(body: ReadableStream<Uint8Array>): boolean {
  try {
    body.getReader({ mode: 'byob' }).releaseLock();
    return true;
  } catch {
    return false;
  }
}

async function nextBytes(reader: ReadableStreamDefaultReader<Uint8Array>, watch: BodyWatch): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        watch.ended();
        return undefined;
      }
      if (value.byteLength === 0) continue;
      watch.chunk(value);
      return value as Uint8Array<ArrayBuffer>;
    }
  } catch (error) {
    watch.ended(error);
    throw error;
  }
}
