import { cleanText } from './clean-text.ts';

/** More than this of a URL is not looked at; a path is cut far earlier. */
const MAX_URL = 65_536;

const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\/[^/]*/i;

/**
 * The path of a request target, by text alone, because a URL parser would throw at malformed ones, resolve `..` and change the
 * percent-encoding. Never a query string, fragment, host or user-info. `*` of OPTIONS is kept; what has no path has none.
 */
export function requestPath(url: string): string | undefined {
  const path = url.slice(0, MAX_URL).replace(/[?#].*$/s, '').replace(ABSOLUTE, '');
  if (path === '') return ABSOLUTE.test(url) ? '/' : undefined;
  return path.startsWith('/') || path === '*' ? cleanText(path) : undefined;
}
