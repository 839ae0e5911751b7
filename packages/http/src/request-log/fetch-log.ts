import type { Peer } from '../request-like.ts';
import { enter, passesBy, whenReady } from './enter.ts';
import type { Exchange } from './exchange.ts';
import { watchFetchBody } from './fetch-request-body.ts';
import { watchedResponse } from './fetch-response-body.ts';
import { quietly } from './replace-method.ts';
import type { LogSetting } from './setting.ts';

/** A Web-standard handler: of Hono, Yoga, tRPC's fetch adapter, `auditHandler`, Next. */
export type FetchHandler<Rest extends unknown[]> = (request: Request, ...rest: Rest) => Response | Promise<Response>;

export interface FetchLogOptions<Rest extends unknown[]> {
  /** Who holds the other end of the connection, which a fetch request does not tell: of Hono on Node `(_request, env) => env.incoming.socket`. */
  readonly peer?: (request: Request, ...rest: Rest) => Peer;
}

/** Wraps a handler. What it throws is recorded, and thrown on. */
export function logFetch<Rest extends unknown[]>(
  setting: LogSetting,
  handler: FetchHandler<Rest>,
  { peer }: FetchLogOptions<Rest> = {},
): (request: Request, ...rest: Rest) => Promise<Response> {
  setting.handedOn.expect();
  return async function (this: unknown, request, ...rest) {
    const handle = (): Response | Promise<Response> => Reflect.apply(handler, this, [request, ...rest]) as Response | Promise<Response>;
    if (passesBy(setting, request)) return handle();
    const outer = setting.writer.ask('request', () => outerExchange(setting, request), undefined);
    if (outer !== undefined) return failing(outer, handle);
    const entering = {
      request,
      protocol: setting.writer.ask('url', () => (/^https:/i.test(request.url) ? 'https' : 'http'), 'http'),
      peer: peer === undefined ? undefined : setting.writer.ask('peer', () => peer(request, ...rest), undefined),
    } as const;
    return enter(setting, entering, (exchange) => (exchange === undefined ? handle() : observed(setting, { request, exchange }, handle)));
  };
}

/** The exchange of the Node request that was handed on as this one; null: it is not recorded. */
function outerExchange({ handedOn, entered }: LogSetting, request: Request): Exchange | null | undefined {
  const node = handedOn.take(request);
  const outer = node && entered.get(node);
  if (outer === undefined || outer?.isOver === true) return undefined;
  entered.set(request, outer);
  return outer;
}

/** Adapters answer for a handler that throws. */
async function failing(exchange: Exchange | null, handle: () => Response | Promise<Response>): Promise<Response> {
  try {
    return await handle();
  } catch (error) {
    exchange?.failed(error);
    throw error;
  }
}

interface Observed {
  readonly request: Request;
  readonly exchange: Exchange;
}

async function observed(setting: LogSetting, { request, exchange }: Observed, handle: () => Response | Promise<Response>): Promise<Response> {
  const { writer } = setting;
  const { requestBody } = exchange;
  if (requestBody !== undefined) writer.ask('observation', () => watchFetchBody(request, requestBody), undefined);
  let response: Response;
  try {
    response = await whenReady(setting, exchange, handle);
  } catch (error) {
    exchange.failed(error);
    later(exchange, request);
    throw error;
  }
  return writer.ask('observation', () => answered(exchange, request, response), response);
}

/** The answer is the application's own where its body is not looked at: then the request is over when it is given. */
function answered(exchange: Exchange, request: Request, response: Response): Response {
  const { responseBody, method } = exchange;
  // Some hosts take no answer for one of their own.
  if (typeof response !== 'object' || response === null) return passed(exchange, request, response);
  exchange.answering = { answer: () => ({ statusCode: response.status === 0 ? null : response.status, headers: response.headers, hasBody: method !== 'HEAD' }) };
  const took = exchange.elapsed();
  const watched =
    responseBody === undefined || method === 'HEAD'
      ? undefined
      : watchedResponse(response, {
          chunk: (bytes) => responseBody.add(bytes),
          ended: (how, error) => {
            if (how === 'failed' || how === 'unread') exchange.failed(error);
            exchange.end({ aborted: how === 'cancelled' || isAborted(request), took: how === 'unread' ? took : exchange.elapsed() });
          },
        });
  if (watched === undefined) return passed(exchange, request, response);
  // A body that nobody reads any more has no other end.
  quietly(() => request.signal?.addEventListener('abort', () => exchange.end({ aborted: true }), { once: true }));
  return watched;
}

function passed(exchange: Exchange, request: Request, response: Response): Response {
  later(exchange, request);
  return response;
}

/** Once the answer is on its way. */
function later(exchange: Exchange, request: Request): void {
  const took = exchange.elapsed();
  setImmediate(() => exchange.end({ took, aborted: isAborted(request) }));
}

/** The host may have told that the client is gone. A request of a library may have no signal, or throw. */
function isAborted(request: { readonly signal?: AbortSignal }): boolean {
  let aborted = false;
  quietly(() => (aborted = request.signal?.aborted === true));
  return aborted;
}
