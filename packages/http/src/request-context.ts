import { cleanContext } from '@deedlog/core';
import type { ActivityContext } from '@deedlog/core';
import { clientAddressFinder } from './client-address.ts';
import { httpError } from './errors.ts';
import { nodeRequestOf } from './node-request-of.ts';
import { ObjectSlot } from './object-slot.ts';
import { CREDENTIAL_HEADERS, headerName } from './record-parts/header-name.ts';
import { headerReader, onlyHeader, rawUrl } from './request-like.ts';
import type { Peer, ReadHeader, RequestLike } from './request-like.ts';
import { newRequestId, wellFormedRequestId } from './request-id.ts';
import { requestPath, wholePath } from './request-path.ts';
import { traceIdOf } from './trace-id.ts';
import type { TrustProxy } from './trust-rule.ts';

/** From whom a header is taken: any client, only a proxy that `trustProxy` trusts, or nobody. */
export type HeaderSource = 'client' | 'proxy' | 'nobody';

export interface RequestContextOptions<Request extends RequestLike = RequestLike> {
  /** Which proxies may say for whom they speak. Default false: the address is that of the connection. */
  readonly trustProxy?: TrustProxy;
  /**
   * The one header in which the trusted proxy puts the client's address: `x-forwarded-for` (default), `forwarded` (RFC 7239), or
   * one of a platform, for example `cf-connecting-ip`. Only this one is read: a second one would be the client's to write.
   */
  readonly addressHeader?: string;
  /**
   * A request of which no peer address is known came from a trusted proxy: serverless platforms, a server on a Unix socket.
   * Default false. Do not set it where clients can reach the server past the proxy.
   */
  readonly assumeProxy?: boolean;
  /** Header that carries the request id. Default `x-request-id`. */
  readonly requestIdHeader?: string;
  /**
   * From whom that header is taken. Default `proxy`: an id also names the flow (`correlationId`), so a client that chooses it can
   * mix its acts into another's. Where it is not taken, malformed or sent twice, an id is made.
   */
  readonly requestIdFrom?: HeaderSource;
  /** The application's own id of the request, for example Fastify's `request.id`. Default: a random UUID. */
  readonly generateRequestId?: (request: Request) => string | undefined;
  /** From whom `traceparent` is taken. Default `client`, as tracing itself does; it links to a trace and decides nothing. */
  readonly traceIdFrom?: HeaderSource;
  /** The id of the session, never the session's token. Default: none is stored. */
  readonly sessionId?: (request: Request) => string | undefined;
  /** Rewrites the path before it is stored, for example `/reset/<token>` to `/reset/:token`. Default: as it is. */
  readonly path?: (path: string) => string | undefined;
}

/**
 * Where a request came from: to be called with the request, and the peer's address or socket where the request has none (fetch).
 * The first call for a request object decides; further ones get the same object, and so the same request id.
 */
export type FromRequest<Request extends RequestLike = RequestLike> = (request: Request | null | undefined, peer?: Peer) => ActivityContext;

/** Nothing is known of a call that came by no request. */
const NO_REQUEST: ActivityContext = Object.freeze({});

/**
 * Captures the context of HTTP requests: `createDeedlog({ context: ({ req }) => fromRequest(req), … })`.
 * Reads the address, `user-agent`, the request id and `traceparent`; never cookies, credentials or a query string.
 * Throws `HTTP_TRUST_INVALID` and `HTTP_HEADER_NAME_INVALID` for wrong options; the function it returns throws only what the
 * callbacks in the options throw.
 */
export function requestContext<Request extends RequestLike = RequestLike>(options: RequestContextOptions<Request> = {}): FromRequest<Request> {
  const capture = captureContext(options as RequestContextOptions);
  const known = new ObjectSlot<ActivityContext>('deedlog.context');
  return (request, peer) => {
    if (request === null || request === undefined) return NO_REQUEST;
    let context = known.get(request);
    if (context === undefined) {
      const handedOn = nodeRequestOf(request);
      context = (handedOn && known.get(handedOn)) ?? capture(request, peer);
      known.set(request, context);
    }
    return context;
  };
}

function captureContext(options: RequestContextOptions): (request: RequestLike, peer: Peer) => ActivityContext {
  const { trustProxy = false, assumeProxy = false, requestIdFrom = 'proxy', traceIdFrom = 'client', generateRequestId, sessionId, path } = options;
  const requestIdHeader = readHeaderName(options.requestIdHeader ?? 'x-request-id');
  const findAddress = clientAddressFinder({ trustProxy, assumeProxy, addressHeader: readHeaderName(options.addressHeader ?? 'x-forwarded-for') });
  return (request, peer) => {
    const read = headerReader(request);
    const { ip, peerTrusted } = findAddress(request, read, peer);
    const requestId = headerFrom(requestIdFrom, peerTrusted) ? wellFormedRequestId(onlyHeader(read, requestIdHeader)) : undefined;
    const url = rawUrl(request);
    return cleanContext({
      ip,
      userAgent: read('user-agent')[0],
      method: methodOf(request.method),
      path: path === undefined ? wholePath(url) : rewritten(url, path),
      requestId: requestId ?? newRequestId(request, generateRequestId),
      traceId: headerFrom(traceIdFrom, peerTrusted) ? traceIdFromHeader(read) : undefined,
      sessionId: sessionId?.(request),
    });
  };
}

function rewritten(url: string, rule: (path: string) => string | undefined): string | undefined {
  const requested = requestPath(url);
  return requested === undefined ? undefined : requestPath(rule(requested) ?? '');
}

function headerFrom(source: HeaderSource, peerTrusted: boolean): boolean {
  switch (source) {
    case 'client':
      return true;
    case 'proxy':
      return peerTrusted;
    case 'nobody':
      return false;
  }
}

function traceIdFromHeader(read: ReadHeader): string | undefined {
  const traceparent = onlyHeader(read, 'traceparent');
  return traceparent === undefined ? undefined : traceIdOf(traceparent);
}

/** RFC 9110 §9.3 and RFC 5789. */
const COMMON_METHODS: ReadonlySet<unknown> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** RFC 9110 §5.6.2: a token, far longer than any method there is. */
const METHOD = /^[\w!#$%&'*+.^`|~-]{1,32}$/;

function methodOf(method: unknown): string | undefined {
  if (COMMON_METHODS.has(method)) return method as string;
  return typeof method === 'string' && METHOD.test(method) ? method.toUpperCase() : undefined;
}

/** Whatever the options say, credentials are not read. */
function readHeaderName(name: string): string {
  const lower = headerName(name);
  if (CREDENTIAL_HEADERS.has(lower)) throw httpError('HTTP_HEADER_NAME_INVALID', JSON.stringify(name));
  return lower;
}
