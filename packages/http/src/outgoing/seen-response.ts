import type { BodyWatch, ResponseWithBody } from './seen-body.ts';
import { seenBody } from './seen-body.ts';

/** Nobody may ever read an answer, or end it: so long is waited, in milliseconds. */
const UNREAD = 10_000;

type Watch = Omit<BodyWatch, 'begun'>;

/** Told of answers that were thrown away without having been read. */
const unread = new FinalizationRegistry<Watch>((watch) => watch.ended(new Error('the response was not read')));

/** The answer as it is, except that its body is watched while somebody reads it, where that can be done. */
export function seenResponse(response: Response, watch: Watch): Response {
  if (!isReadable(response)) {
    watch.ended();
    return response;
  }
  const { status, statusText, headers } = response;
  const late = setTimeout(() => ended(new Error(`nobody began to read the response within ${UNREAD / 1000} seconds`)), UNREAD);
  late.unref();
  const ended = (error?: unknown): void => {
    clearTimeout(late);
    unread.unregister(watch);
    watch.ended(error);
  };
  const stream = seenBody(response, { begun: () => clearTimeout(late), chunk: (bytes) => watch.chunk(bytes), ended });
  const seen = sameAs(response, new Response(stream, { status, statusText, headers }));
  unread.register(stream, watch, watch);
  return seen;
}

/** A fetch of another kind may answer with streams of its own, or with what it has read already. */
function isReadable(response: Response): response is ResponseWithBody {
  return response.body instanceof ReadableStream && !response.body.locked && !response.bodyUsed;
}

/** What the constructor of a response cannot be given. */
function sameAs(original: Response, copy: Response): Response {
  const { url, redirected, type } = original;
  return Object.defineProperties(copy, {
    url: { value: url, configurable: true },
    redirected: { value: redirected, configurable: true },
    type: { value: type, configurable: true },
    clone: { value: () => sameAs(original, Response.prototype.clone.call(copy)), configurable: true },
  });
}
