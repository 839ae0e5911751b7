import type { RequestListener } from 'node:http';
import type { RequestLike } from '../request-like.ts';
import { expressErrorLog, expressLog } from './express-log.ts';
import type { ExpressErrorLog, ExpressLog } from './express-log.ts';
import { fastifyPlugin } from './fastify-log.ts';
import type { FastifyLogPlugin } from './fastify-log.ts';
import { logFetch } from './fetch-log.ts';
import type { FetchHandler, FetchLogOptions } from './fetch-log.ts';
import { logNode } from './node-log.ts';
import type { NodeListener } from './node-log.ts';
import type { RequestLogOptions } from './options.ts';
import { settingOf } from './setting.ts';
import { logUpgrade } from './upgrade-log.ts';
import type { UpgradeListener } from './upgrade-log.ts';

/** The adapters of one request log. Each opens the scope of a request and records it when it is over; one that meets two is recorded once. */
export interface RequestLog {
  /** Wraps a `request` listener of Node's http, https and http2 servers. The most exact one: it sees the end of every answer. */
  node<Listener extends NodeListener = RequestListener>(listener: Listener): Listener;
  /** Wraps an `upgrade` listener: a request is over when its upgrade is answered, by 101 or by a refusal. */
  upgrade<Listener extends UpgradeListener>(listener: Listener): Listener;
  /**
   * Wraps a fetch handler. A fetch handler is not told when its answer is through: a request is over when it has answered, or, where the
   * body of the answer is recorded, when that was read.
   */
  fetch<Rest extends unknown[]>(handler: FetchHandler<Rest>, options?: FetchLogOptions<Rest>): (request: Request, ...rest: Rest) => Promise<Response>;
  readonly express: ExpressLog;
  readonly expressErrors: ExpressErrorLog;
  readonly fastify: FastifyLogPlugin;
  /** Tells why a request failed where no adapter can see it, for example in a `catch` that answers 500. Gets the object that the adapter was given. */
  failed(request: object, error: unknown): void;
}

/**
 * The log of requests that come in. No body is read for it, nothing is awaited but room in the sink, and nothing that it does reaches the
 * application. Throws `HTTP_REQUEST_LOG_INVALID`, `HTTP_HEADER_NAME_INVALID` and `HTTP_PATTERN_INVALID` for wrong options.
 */
export function requestLog<Request extends RequestLike = RequestLike>(options: RequestLogOptions<Request>): RequestLog {
  const setting = settingOf(options);
  return {
    node: (listener) => logNode(setting, listener),
    upgrade: (listener) => logUpgrade(setting, listener),
    fetch: (handler, fetchOptions) => logFetch(setting, handler, fetchOptions),
    express: expressLog(setting),
    expressErrors: expressErrorLog(setting),
    fastify: fastifyPlugin(setting),
    failed: (request, error) => setting.entered.get(request)?.failed(error),
  };
}
