import type { NodeRequestLike, SocketLike } from '../request-like.ts';

/** A method that is passed on as it is. */
export type Method = (...args: never[]) => unknown;

export interface EmitterLike {
  emit(event: string | symbol, ...args: unknown[]): boolean;
  listenerCount(event: string | symbol): number;
}

/** Node's `IncomingMessage` or `Http2ServerRequest`. */
export interface IncomingLike extends NodeRequestLike, EmitterLike {
  readonly socket?: (SocketLike & { readonly encrypted?: boolean | undefined }) | null | undefined;
  push: Method;
  /** What a body parser has made of it. */
  readonly body?: unknown;
}

/** Node's `ServerHttp2Stream`. */
interface StreamLike {
  readonly aborted: boolean;
  readonly rstCode?: number | undefined;
  readonly writableFinished?: boolean;
  readonly errored?: unknown;
  readonly sentHeaders?: (Readonly<Record<string, unknown>> & { readonly ':status'?: number | undefined }) | undefined;
}

/** Node's `ServerResponse` or `Http2ServerResponse`. */
export interface OutgoingLike extends EmitterLike {
  statusCode: number;
  readonly headersSent: boolean;
  readonly writableEnded: boolean;
  readonly errored?: unknown;
  /** HTTP/1: null before its turn, and when it is through. */
  readonly socket?: unknown;
  /** HTTP/2: the stream that it is sent on. */
  readonly stream?: StreamLike | undefined;
  getHeaders(): Readonly<Record<string, unknown>>;
  write: Method;
  end: Method;
  writeHead: Method;
}

/** Both halves of an exchange. */
export interface Messages {
  readonly request: IncomingLike;
  readonly response: OutgoingLike;
}

export function protocolOf({ socket }: Pick<IncomingLike, 'socket'>): 'http' | 'https' {
  return socket?.encrypted === true ? 'https' : 'http';
}
