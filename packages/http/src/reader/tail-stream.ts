import type { ActivityFilter, LogView } from '@deedlog/core';
import type { Slots } from './slots.ts';

export interface TailOptions {
  readonly filter: ActivityFilter;
  /** The cursor to go on from; default: now. */
  readonly after: string | undefined;
  readonly slots: Slots;
  readonly signal: AbortSignal;
  /** Between two looks at the log, in milliseconds. */
  readonly interval: number;
  /** After so long the stream ends, in milliseconds: the browser connects again, and is authorised again. */
  readonly lifetime: number;
  readonly onError: (error: unknown) => void;
}

/** Between two signs of life where nothing happens, in milliseconds: below what proxies take for a dead connection. */
const HEARTBEAT = 15_000;
/** After so long a browser connects again, in milliseconds. */
const RETRY = 2000;

/**
 * Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): one item each, oldest first. The id is a cursor, which a browser
 * sends back as `last-event-id`, so that nothing is missed between two connections. Rejects for a filter or cursor that cannot be read.
 */
export async function tailStream(view: LogView, options: TailOptions): Promise<ReadableStream<Uint8Array>> {
  const release = options.slots.take();
  try {
    const first = await view.tail(options.after, options.filter);
    return streamFrom(view, options, { text: `retry: ${RETRY}\n${textOf(first.results, first.cursor)}`, cursor: first.cursor, release });
  } catch (error) {
    release();
    throw error;
  }
}

interface Start {
  readonly text: string;
  readonly cursor: string;
  readonly release: () => void;
}

function streamFrom(view: LogView, { filter, signal, interval, lifetime, onError }: TailOptions, { text, cursor: from, release }: Start): ReadableStream<Uint8Array> {
  const closing = new AbortController();
  const ended = AbortSignal.any([signal, closing.signal, AbortSignal.timeout(lifetime)]);
  ended.addEventListener('abort', release);
  let cursor = from;
  let pending = text;
  const next = async (): Promise<string> => {
    for (const began = Date.now(); Date.now() - began < HEARTBEAT; ) {
      await pause(interval, ended);
      if (ended.aborted) return '';
      const batch = await view.tail(cursor, filter);
      cursor = batch.cursor;
      if (batch.results.length > 0) return textOf(batch.results, cursor);
    }
    return `: \nid: ${cursor}\n\n`;
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const chunk = pending === '' ? await next() : pending;
          pending = '';
          if (chunk !== '') return controller.enqueue(new TextEncoder().encode(chunk));
          release();
          if (!closing.signal.aborted) controller.close();
        } catch (error) {
          release();
          // Whoever left early closed what is read from; that is nobody's problem.
          if (!ended.aborted) onError(error);
          controller.error(error);
        }
      },
      cancel() {
        closing.abort();
        release();
      },
    },
    { highWaterMark: 0 },
  );
}

function textOf(items: readonly object[], cursor: string): string {
  return `${items.map((item) => `data: ${JSON.stringify(item)}\n\n`).join('')}: \nid: ${cursor}\n\n`;
}

/** Until the time has passed or there is nobody any more. */
function pause(milliseconds: number, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      ended.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    ended.addEventListener('abort', done);
    if (ended.aborted) done();
  });
}
