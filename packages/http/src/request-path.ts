import { cleanLine } from './record-parts/clean-line.ts';
import { withoutQuery } from './record-parts/url-text.ts';

const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\/[^/]*/i;

/** Longest path that an application's rule gets, in characters; with the mark of what was cut off it is 512 at most. */
const MAX_PATH = 480;

/**
 * The path of a request target, by text alone, because a URL parser would throw at malformed ones, resolve `..` and change the
 * percent-encoding. Never a query string, fragment, host or user-info. `*` of OPTIONS is kept; what has no path has none.
 */
export function requestPath(url: string): string | undefined {
  const path = wholePath(url);
  return path === undefined ? undefined : cleanLine(path, MAX_PATH);
}

/** The same to be looked at and not to be stored: as it was sent, and not cut where {@link requestPath} is. */
export function wholePath(url: string): string | undefined {
  const target = withoutQuery(url);
  if (target.startsWith('/')) return target;
  const path = target.replace(ABSOLUTE, '');
  if (path === '') return ABSOLUTE.test(url) ? '/' : undefined;
  return path.startsWith('/') || path === '*' ? path : undefined;
}
