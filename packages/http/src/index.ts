export { httpErrors, type HttpErrorCode } from './errors.ts';
export { requestContext, type FromRequest, type HeaderSource, type RequestContextOptions } from './request-context.ts';
export type { FetchRequestLike, NodeRequestLike, Peer, RequestLike, SocketLike } from './request-like.ts';
export type { TrustProxy } from './trust-rule.ts';
