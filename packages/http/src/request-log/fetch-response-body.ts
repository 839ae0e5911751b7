import { bodyKindOf } from '../record-parts/body-kind.ts';
import { passedStream } from './passed-stream.ts';
import type { StreamWatch } from './passed-stream.ts';

/** Told of answers that were thrown away before they were read to their end. */
const unread = new FinalizationRegistry<StreamWatch>((watch) => watch.ended('unread', new Error('the answer was not read to its end')));

/** The same answer with a body that is seen as it is read; undefined where there is nothing to see. */
export function watchedResponse(response: Response, watch: StreamWatch): Response | undefined {
  // The headers first: some servers make a stream of a text only where somebody asks for the stream.
  if (!mayBeRead(response.headers)) return undefined;
  const { headers, status, statusText, body: stream, bodyUsed } = response;
  if (stream === null || bodyUsed || stream.locked) return undefined;
  const passed = passedStream(stream, {
    chunk: (value) => watch.chunk(value),
    ended: (how, error) => {
      unread.unregister(watch);
      watch.ended(how, error);
    },
  });
  unread.register(passed, watch, watch);
  const copy = new Response(passed, { status, statusText, headers });
  for (const name of ['url', 'redirected', 'type'] as const) {
    if (copy[name] !== response[name]) Object.defineProperty(copy, name, { value: response[name], configurable: true, enumerable: true });
  }
  return copy;
}

function mayBeRead(headers: Headers): boolean {
  return bodyKindOf(headers.get('content-type') ?? undefined) !== undefined && headers.get('content-encoding') === null;
}
