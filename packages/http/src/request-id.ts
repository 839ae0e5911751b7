import { randomUUID } from 'node:crypto';
import type { RequestLike } from './request-like.ts';

/** Letters, digits and what UUIDs, ULIDs, base64 and AWS trace headers use: nothing that could break a line, a query or a page. */
const REQUEST_ID = /^[\w.:+/=@-]{1,128}$/;

/** The id if it is well-formed; otherwise undefined, never a repaired one that is equal to somebody else's. */
export function wellFormedRequestId(id: unknown): string | undefined {
  return typeof id === 'string' && REQUEST_ID.test(id) ? id : undefined;
}

/** The application's own id of the request where there is one, else a random UUID. */
export function newRequestId(request: RequestLike, generate: ((request: RequestLike) => string | undefined) | undefined): string {
  return wellFormedRequestId(generate?.(request)) ?? randomUUID();
}
