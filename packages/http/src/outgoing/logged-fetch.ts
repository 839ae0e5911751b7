import { originOf } from './call-target.ts';
import type { Call } from './call.ts';
import { CallLog } from './call-log.ts';
import type { CallLogOptions } from './call-log.ts';
import { showSentBody } from './sent-body.ts';
import { seenResponse } from './seen-response.ts';
import { toldElsewhere, whoTells } from './unlogged.ts';

export interface LoggedFetchOptions extends CallLogOptions {
  /**
   * What makes the calls. Default: the global `fetch`, as it is when the call is made. Whatever else it calls on the way (for a token, say)
   * is part of the call, and not recorded by itself; so is what a stream calls that is sent, while it is read.
   */
  readonly fetch?: typeof fetch;
}

/**
 * A `fetch` that records what it does, bodies included where they are allowed; for clients that take a fetch. One call is one record, with
 * all its redirects, and {@link outgoingLog} does not record it again. It is written once the answer was read, or nobody began to within
 * ten seconds. What goes out and comes back is the same, at the same pace; an error is thrown on as it is. Throws `HTTP_PATTERN_INVALID`,
 * `HTTP_SERVICE_INVALID`, `HTTP_HEADER_NAME_INVALID`, `HTTP_REQUEST_LOG_INVALID` when it is made.
 */
export function loggedFetch(options: LoggedFetchOptions): typeof fetch {
  const log = new CallLog(options);
  return async (input, init) => {
    const send = options.fetch ?? fetch;
    const call = whoTells() === undefined && log.wanted ? log.ask('call', () => begin(log, input, init), undefined) : undefined;
    if (call === undefined) return send(input, init);
    const response = await sent(call, { log, send: () => toldElsewhere(() => send(input, init)) });
    return log.ask('response', () => seen(log, call, response), undefined) ?? unseen(log, call, response);
  };
}

function begin(log: CallLog, input: unknown, init: RequestInit | undefined): Call | undefined {
  const request = (typeof input === 'object' && input !== null && !(input instanceof URL) ? input : {}) as Partial<Request>;
  const url = new URL(request.url ?? String(input));
  if (originOf(url) === undefined) return undefined;
  const { method = request.method ?? 'GET', body } = init ?? {};
  // Before the call is begun: it throws where fetch will, and then there is none.
  const headers = sentHeaders(init?.headers ?? request.headers, body);
  const call = log.begin({ origin: url.origin, pathAndQuery: `${url.pathname}${url.search}`, method, flow: log.currentFlow() });
  if (call === undefined) return undefined;
  call.requestHeaders(headers);
  const { sentBody } = call;
  if (sentBody !== undefined) log.ask('body', () => showSentBody(sentBody, input, init), undefined);
  return call;
}

/** As fetch will send them. What can be gone through once only is left to it. */
function sentHeaders(given: RequestInit['headers'], body: unknown): Headers {
  const headers = new Headers(given !== undefined && 'next' in given && Symbol.iterator in given ? undefined : given);
  if (body instanceof URLSearchParams && !headers.has('content-type')) headers.set('content-type', 'application/x-www-form-urlencoded;charset=UTF-8');
  return headers;
}

async function sent(call: Call, { log, send }: { log: CallLog; send: () => Promise<Response> }): Promise<Response> {
  try {
    return await send();
  } catch (error) {
    log.end(call, error ?? new Error('unknown error'));
    throw error;
  }
}

function seen(log: CallLog, call: Call, response: Response): Response {
  call.answered(response.status, response.headers, { decoded: true });
  return seenResponse(response, {
    chunk: (bytes) => call.receivedBody?.add(bytes),
    ended: (error) => log.end(call, error),
  });
}

/** What is no response is the caller's all the same. */
function unseen(log: CallLog, call: Call, response: Response): Response {
  log.end(call, new Error('the response could not be read'));
  return response;
}
