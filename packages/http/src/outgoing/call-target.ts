import { queryOf, withoutQuery } from '../record-parts/url-text.ts';

/** Where a call goes. Without user-info and fragment. */
export interface CallTarget {
  readonly origin: CallOrigin;
  /** Without query. */
  readonly path: string;
  /** Without the question mark; it is not stored as it is. */
  readonly query: string;
}

export interface CallOrigin {
  /** `http` or `https`. */
  readonly protocol: string;
  readonly hostname: string;
  /** With the port where it is not the protocol's own. */
  readonly host: string;
}

/** Undefined for what is no HTTP address. Never throws. */
export function originOf(address: unknown): CallOrigin | undefined {
  const url = urlOf(address);
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined;
  return { protocol: url.protocol.slice(0, -1), hostname: url.hostname, host: url.host };
}

/** `pathAndQuery` is a request target (RFC 9112 §3.2): the one for a proxy is a whole URL, and says where the call really goes. */
export function targetOf(origin: CallOrigin, pathAndQuery: string): CallTarget {
  const proxied = /^https?:\/\//i.test(pathAndQuery) ? urlOf(pathAndQuery) : undefined;
  const text = proxied === undefined ? pathAndQuery : `${proxied.pathname}${proxied.search}`;
  return { origin: originOf(proxied) ?? origin, path: withoutQuery(text), query: queryOf(text) };
}

function urlOf(address: unknown): URL | undefined {
  if (address instanceof URL) return address;
  return typeof address === 'string' ? (URL.parse(address) ?? undefined) : undefined;
}
