import { httpError } from '../errors.ts';

/** Hold credentials: whatever a list or a deny rule says, their values are not stored. */
export const CREDENTIAL_HEADERS: ReadonlySet<string> = new Set(['authorization', 'cookie', 'cookie2', 'proxy-authorization', 'set-cookie', 'set-cookie2']);

/** RFC 9110 §5.1: a token. A pseudo-header of HTTP/2 is none; `:path` would have the query. */
const HEADER_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]{1,64}$/;

/** In lower case. Throws `HTTP_HEADER_NAME_INVALID` for what cannot be a header's name. */
export function headerName(name: string): string {
  const lower = String(name).toLowerCase();
  if (!HEADER_NAME.test(lower)) throw httpError('HTTP_HEADER_NAME_INVALID', JSON.stringify(name));
  return lower;
}
