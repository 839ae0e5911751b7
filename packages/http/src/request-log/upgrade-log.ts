import { enter, passesBy } from './enter.ts';
import type { Exchange } from './exchange.ts';
import { protocolOf } from './node-like.ts';
import type { EmitterLike, IncomingLike, Method } from './node-like.ts';
import { NodeScope } from './node-scope.ts';
import { watchCalls } from './replace-method.ts';
import type { LogSetting } from './setting.ts';

/** The raw connection that an `upgrade` listener answers on. */
export interface UpgradeSocketLike extends EmitterLike {
  write: Method;
  end: Method;
}

/** A listener for `upgrade` of Node's servers: it also gets the bytes that came with the request. */
export type UpgradeListener = (request: never, socket: never, head: never) => unknown;

export function logUpgrade<Listener extends UpgradeListener>(setting: LogSetting, listener: Listener): Listener {
  const logged = function (this: unknown, ...args: [request: IncomingLike, socket: UpgradeSocketLike, head: unknown]): unknown {
    const [request, socket] = args;
    const handle = (): unknown => Reflect.apply(listener, this, args) as unknown;
    if (passesBy(setting, request)) return handle();
    return enter(setting, { request, protocol: protocolOf(request) }, (exchange) => {
      if (exchange !== undefined) setting.writer.ask('observation', () => watchSocket(exchange, socket), undefined);
      // The socket lives on after the request; only the request itself stays in its scope.
      setting.nodeRequests.watch(request, { scope: new NodeScope(setting.deedlog), body: undefined });
      return handle();
    });
  };
  return logged as UpgradeListener as Listener;
}

const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})/;

/** Reads no more than the first line of what is written. */
function watchSocket(exchange: Exchange, socket: UpgradeSocketLike): void {
  const answered = ([chunk]: readonly unknown[]): void => {
    const status = STATUS_LINE.exec(firstText(chunk))?.[1];
    if (status === undefined) return;
    exchange.answering = { answer: () => ({ statusCode: Number(status), headers: {}, hasBody: false }) };
    exchange.end();
  };
  watchCalls(socket, 'write', answered);
  watchCalls(socket, 'end', answered);
  watchCalls(socket, 'emit', ([event, error]) => {
    if (event === 'error') exchange.failed(error);
    else if (event === 'close') exchange.end({ aborted: true });
  });
}

const STATUS_LINE_LENGTH = 'HTTP/1.1 101'.length;

function firstText(chunk: unknown): string {
  if (typeof chunk === 'string') return chunk.slice(0, STATUS_LINE_LENGTH);
  return chunk instanceof Uint8Array ? Buffer.from(chunk.subarray(0, STATUS_LINE_LENGTH)).toString('latin1') : '';
}
