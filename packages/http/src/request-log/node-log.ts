import { enter, passesBy, whenReady } from './enter.ts';
import type { Exchange } from './exchange.ts';
import { protocolOf } from './node-like.ts';
import type { IncomingLike, Messages, OutgoingLike } from './node-like.ts';
import { NodeScope } from './node-scope.ts';
import type { LogSetting } from './setting.ts';

/** A listener for `request` of Node's servers. */
export type NodeListener = (request: never, response: never) => unknown;

export interface NodeExchange extends Messages {
  /** What the application's `actor` is asked of; default the request. */
  readonly told?: unknown;
}

/** Opens the scope of a Node request, begins to observe both of its halves, and runs `body` once the sink has room. */
export function enterNode<Result>(setting: LogSetting, exchanged: NodeExchange, body: (exchange: Exchange | undefined) => Result): Result | Promise<Result> {
  const { request, told = request } = exchanged;
  if (passesBy(setting, request)) return body(undefined);
  return enter(setting, { request, told, protocol: protocolOf(request) }, (exchange) =>
    setting.handedOn.run(request, () => {
      setting.writer.ask('observation', () => observe(setting, exchanged, exchange), undefined);
      return whenReady(setting, exchange, () => body(exchange));
    }),
  );
}

function observe({ deedlog, nodeRequests, nodeResponses }: LogSetting, { request, response }: NodeExchange, exchange: Exchange | undefined): void {
  const scope = new NodeScope(deedlog);
  nodeRequests.watch(request, { scope, body: exchange?.requestBody });
  nodeResponses.watch({ request, response }, scope, exchange);
}

/** Wraps a listener. What it throws is recorded, and thrown on. */
export function logNode<Listener extends NodeListener>(setting: LogSetting, listener: Listener): Listener {
  const logged = function (this: unknown, ...args: [request: IncomingLike, response: OutgoingLike]): unknown {
    const [request, response] = args;
    return enterNode(setting, { request, response }, (exchange) => telling(exchange, () => Reflect.apply(listener, this, args) as unknown));
  };
  return logged as NodeListener as Listener;
}

/** A listener that throws ends its request: nobody else will answer it, and the process may be about to end. */
function telling(exchange: Exchange | undefined, listen: () => unknown): unknown {
  if (exchange === undefined) return listen();
  try {
    const result = listen();
    return result instanceof Promise ? result.catch((error: unknown) => endAndThrow(exchange, error)) : result;
  } catch (error) {
    return endAndThrow(exchange, error);
  }
}

function endAndThrow(exchange: Exchange, error: unknown): never {
  exchange.failed(error);
  exchange.end();
  // oxlint-disable-next-line typescript/only-throw-error -- it is thrown on as it came
  throw error;
}
