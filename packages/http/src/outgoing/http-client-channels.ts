import type { ClientRequest, IncomingMessage } from 'node:http';
import { headerValue } from '../record-parts/kept-headers.ts';
import type { Call } from './call.ts';
import type { CallLog } from './call-log.ts';
import { subscribeAll } from './channels.ts';
import type { Propagation } from './propagation.ts';
import { whoTells } from './unlogged.ts';

/** Messages of `http.client.*` (Node 22.12 and later). `response.finish` is told when the head of the answer has arrived. */
interface ClientMessage {
  readonly request: ClientRequest;
  readonly response?: IncomingMessage;
  readonly error?: unknown;
}

/** Records what goes out through `node:http` and `node:https`, and the clients that stand on them. No bodies. Returns what ends it. */
export function watchHttpClient(log: CallLog, propagation: Propagation | undefined): () => void {
  const calls = new WeakMap<ClientRequest, Call>();
  const answered = new WeakSet<ClientRequest>();
  /** Of an answer that ends HTTP on its connection (an upgrade) no channel tells. */
  function closed(request: ClientRequest & { readonly res?: IncomingMessage | null }, call: Call): void {
    if (answered.has(request)) return;
    const { res } = request;
    if (res) call.answered(res.statusCode ?? 0, res.rawHeaders);
    log.end(call, res ? undefined : new Error('the connection was closed without an answer'));
  }
  return subscribeAll<ClientMessage>(
    {
      'http.client.request.created': ({ request }) => {
        const call = begin(request, log, propagation);
        if (call === undefined) return;
        calls.set(request, call);
        request.once('close', () => log.ask('close', () => closed(request, call), undefined));
      },
      'http.client.request.start': ({ request }) => {
        const headers = request.getHeaders();
        calls.get(request)?.requestHeaders(Object.keys(headers).length > 0 ? headers : writtenHeaders(request));
      },
      'http.client.response.finish': ({ request, response }) => {
        const call = calls.get(request);
        if (call === undefined || response === undefined) return;
        answered.add(request);
        call.answered(response.statusCode ?? 0, response.rawHeaders);
        endWith(response, () => log.ask('close', () => log.end(call, failureOf(response)), undefined));
      },
      'http.client.request.error': ({ request, error }) => {
        const call = calls.get(request);
        if (call !== undefined) log.end(call, error ?? new Error('unknown error'));
      },
    },
    log,
  );
}

/** It adds no listener that would let data flow, or that would handle an error in the application's place. */
function endWith(response: IncomingMessage, ended: () => void): void {
  response.once('close', ended);
  response.once('end', ended);
}

function failureOf(response: IncomingMessage): unknown {
  if (response.complete) return undefined;
  return response.errored ?? new Error('the response was not read to its end');
}

function begin(request: ClientRequest, log: CallLog, propagation: Propagation | undefined): Call | undefined {
  const teller = whoTells();
  // A tunnel of a proxy: the call goes through it, and is recorded by itself.
  if (teller === 'hidden' || request.method === 'CONNECT') return undefined;
  const origin = `${request.protocol}//${hostOf(request)}`;
  const isNamed = propagation?.isNamed(origin) === true;
  if (!isNamed && !log.wants(origin)) return undefined;
  const flow = log.currentFlow();
  if (isNamed) propagation.add(flow, { has: (name) => request.headersSent || request.hasHeader(name), set: (name, value) => request.setHeader(name, value) });
  return teller === 'told' ? undefined : log.begin({ origin, pathAndQuery: request.path, method: request.method, flow });
}

/** The host that is connected to; its port stands nowhere but in the header, unless the application wrote that header itself. */
function hostOf(request: ClientRequest): string {
  const host = request.host.includes(':') ? `[${request.host}]` : request.host;
  const header = request.getHeader('host') ?? headerValue(writtenHeaders(request), 'host');
  const said = typeof header === 'string' ? header : '';
  return said.startsWith(`${host}:`) && /^\d{1,5}$/.test(said.slice(host.length + 1)) ? said : host;
}

/** Headers that were given as a flat list are written at once, and Node tells them nowhere but in its text of them. */
function writtenHeaders({ _header: text }: ClientRequest & { readonly _header?: unknown }): readonly (readonly [string, string])[] {
  if (typeof text !== 'string') return [];
  const [, ...lines] = text.trimEnd().split('\r\n');
  return lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
  });
}
