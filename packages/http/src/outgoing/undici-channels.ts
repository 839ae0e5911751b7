import type { Flow } from '@deedlog/core';
import { headerValue } from '../record-parts/kept-headers.ts';
import type { HeadersLike } from '../record-parts/kept-headers.ts';
import type { Call } from './call.ts';
import type { CallLog } from './call-log.ts';
import { subscribeAll } from './channels.ts';
import { callerOf, noteEnd } from './continued-call.ts';
import type { Attempt, Location } from './continued-call.ts';
import type { Propagation } from './propagation.ts';
import { whoTells } from './unlogged.ts';

/** The request object of undici's channels: the same in each of them (`docs/api/DiagnosticsChannel.md` of undici 6 to 8). */
interface UndiciRequest {
  readonly origin: string | URL;
  readonly path: string;
  readonly method: string;
  readonly headers: HeadersLike;
  addHeader(name: string, value: string): unknown;
}

interface UndiciMessage {
  readonly request: UndiciRequest;
  readonly response?: { readonly statusCode: number; readonly headers: HeadersLike };
  readonly error?: unknown;
  readonly chunk?: unknown;
}

interface Known {
  readonly attempt: Attempt;
  readonly asked: Attempt;
  readonly flow: Flow | undefined;
  readonly hidden: boolean;
  /** Undefined: another log has it, or it is not to be recorded. */
  readonly call: Call | undefined;
  location: Location;
}

const SWITCHING_PROTOCOLS = 101;

/**
 * Errors that come from the connection, and so are told in its context. What the application ends itself (`abort`, `cancel`, `destroy`)
 * is told in the middle of the application's own code, whose context is not ours to write in.
 */
const OF_CONNECTION = /^(?:E[A-Z]{3,}|HPE_\w+|UND_ERR_(?:SOCKET|REQ_RETRY|(?:CONNECT|HEADERS|BODY)_TIMEOUT))$/;

/** Records what goes out through undici: `fetch` of Node, undici of npm, and what stands on them. Returns what ends it. */
export function watchUndici(log: CallLog, propagation: Propagation | undefined): () => void {
  const known = new WeakMap<UndiciRequest, Known>();
  const chunks = (body: 'sentBody' | 'receivedBody') => ({ request, chunk }: UndiciMessage) => known.get(request)?.call?.[body]?.add(chunk);
  const listeners: Record<string, (message: UndiciMessage) => void> = {
    'undici:request:create': ({ request }) => {
      const begun = begin(request, log, propagation);
      if (begun !== undefined) known.set(request, begun);
    },
    'undici:request:headers': ({ request, response }) => {
      const found = known.get(request);
      if (found === undefined || response === undefined) return;
      found.location = headerValue(response.headers, 'location');
      found.call?.answered(response.statusCode, response.headers);
      // From here on it is no HTTP.
      if (response.statusCode === SWITCHING_PROTOCOLS && found.call !== undefined) log.end(found.call);
    },
    // undici 7.11 and later; what is told there is encoded as it was on the wire.
    ...(log.seesBodies && { 'undici:request:bodyChunkSent': chunks('sentBody'), 'undici:request:bodyChunkReceived': chunks('receivedBody') }),
    'undici:request:trailers': ({ request }) => end(request, undefined),
    'undici:request:error': ({ request, error }) => end(request, error ?? new Error('unknown error')),
  };
  function end(request: UndiciRequest, error: unknown): void {
    const found = known.get(request);
    if (found === undefined || !known.delete(request)) return;
    if (found.call !== undefined) log.end(found.call, error);
    if (error === undefined || OF_CONNECTION.test(codeOf(error))) noteEnd(found, log.currentFlow());
  }
  return subscribeAll(listeners, log);
}

function begin(request: UndiciRequest, log: CallLog, propagation: Propagation | undefined): Known | undefined {
  const { path, method } = request;
  // A tunnel of a proxy: the call goes through it, and is recorded by itself.
  if (method === 'CONNECT') return undefined;
  const origin = typeof request.origin === 'string' ? request.origin : request.origin.origin;
  const isNamed = propagation?.isNamed(origin) === true;
  if (!isNamed && !log.wants(origin)) return undefined;
  const attempt = { origin, path, method };
  const { flow, hidden, asked } = callerOf(attempt, log.currentFlow());
  if (isNamed && whoTells() !== 'hidden') propagation.add(flow, { has: (name) => headerValue(request.headers, name) !== undefined, set: (name, value) => request.addHeader(name, value) });
  const call = hidden ? undefined : log.begin({ origin, pathAndQuery: path, method, flow });
  call?.requestHeaders(request.headers);
  return { attempt, asked, flow, hidden, call, location: undefined };
}

function codeOf(error: unknown): string {
  const { code } = (typeof error === 'object' && error !== null ? error : {}) as { code?: unknown };
  return typeof code === 'string' ? code : '';
}
