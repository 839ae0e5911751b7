import { Exchange } from './exchange.ts';
import type { Peer, RequestLike } from '../request-like.ts';
import { rawUrl } from '../request-like.ts';
import { wholePath } from '../request-path.ts';
import type { LogSetting } from './setting.ts';

/** A request as it reaches an adapter. */
export interface Entering {
  readonly request: RequestLike;
  /** Where the request has no socket. */
  readonly peer?: Peer;
  /** What the application's `actor` is asked of; default the request. */
  readonly told?: unknown;
  readonly protocol: 'http' | 'https';
}

/** Whether a request runs as it is: deedlog is switched off, or an adapter further out has entered it. */
export function passesBy({ deedlog, entered }: LogSetting, request: RequestLike): boolean {
  return !deedlog.enabled || entered.get(request) !== undefined;
}

/** Opens the scope of a request and runs `body` in it, with the exchange to be observed: undefined where it is not recorded. */
export function enter<Result>(setting: LogSetting, entering: Entering, body: (exchange: Exchange | undefined) => Result): Result {
  const { deedlog, writer, entered } = setting;
  const { request, peer, told = request, protocol } = entering;
  const context = writer.ask('context', () => setting.context(request, peer) ?? {}, {});
  return deedlog.run({ context, newFlow: beginsFlow(setting, context.requestId) }, () => {
    const exchange = writer.ask('request', () => {
      // Under too much load a request is not even observed: that would cost it time, and its record would be dropped.
      const observed = writer.wanted && setting.isLogged(wholePath(rawUrl(request)) ?? '') && !writer.turnsAway();
      const begun = observed ? new Exchange(setting, { request, told, protocol, context }, deedlog.currentFlow()) : undefined;
      entered.set(request, begun ?? null);
      return begun;
    }, undefined);
    return body(exchange);
  });
}

/**
 * A server may have been started inside of a scope, and a pipelined request may arrive while another one is answered: neither scope is
 * this request's. One with its request id is: the application opened it before the log was reached. Where `context` tells none, nobody knows.
 */
function beginsFlow({ deedlog }: LogSetting, requestId: string | undefined): boolean {
  return requestId === undefined || deedlog.currentFlow()?.context.requestId !== requestId;
}

/** Waits for room in the sink before a request is answered; at once where there is some. */
export function whenReady<Result>({ writer }: LogSetting, exchange: Exchange | undefined, body: () => Result): Result | Promise<Result> {
  const wait = exchange === undefined ? undefined : writer.ready();
  return wait === undefined ? body() : wait.then(body);
}
