import { enterNode } from './node-log.ts';
import type { IncomingLike, OutgoingLike } from './node-like.ts';
import type { LogSetting } from './setting.ts';

type Next = (error?: unknown) => void;

/** Middleware of Express, and of everything that calls middleware like it: `app.use(log.express)`, before everything else. */
export type ExpressLog = (request: IncomingLike, response: OutgoingLike, next: Next) => void;

/** Error middleware: `app.use(log.expressErrors)`, after the routes and before other error handlers. */
// oxlint-disable-next-line max-params -- Express counts them
export type ExpressErrorLog = (error: unknown, request: IncomingLike, response: OutgoingLike, next: Next) => void;

export function expressLog(setting: LogSetting): ExpressLog {
  return (request, response, next) => void enterNode(setting, { request, response }, () => next());
}

/** Express tells an error to such middleware only; it takes four parameters, or it is none. */
export function expressErrorLog(setting: LogSetting): ExpressErrorLog {
  // oxlint-disable-next-line max-params -- Express counts them
  return (error, request, _response, next) => {
    setting.entered.get(request)?.failed(error);
    next(error);
  };
}
