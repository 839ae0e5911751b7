import { REDACTED, redactText } from '@deedlog/core';

/** More than this of a URL is not looked at, in characters. */
const MAX_URL = 65_536;

/** The text of a URL without its query and fragment. */
export function withoutQuery(url: string): string {
  const query = url.indexOf('?');
  const fragment = url.indexOf('#');
  const end = fragment === -1 || (query !== -1 && query < fragment) ? query : fragment;
  return url.slice(0, end === -1 ? MAX_URL : Math.min(end, MAX_URL));
}

/** The query of a URL or a request target, without the question mark; '' where it has none. */
export function queryOf(url: string): string {
  const text = url.slice(0, MAX_URL);
  const begin = text.indexOf('?');
  if (begin === -1) return '';
  const fragment = text.indexOf('#');
  if (fragment !== -1 && fragment < begin) return '';
  return text.slice(begin + 1, fragment === -1 ? undefined : fragment);
}

/** An absolute URL inside free text. It takes all of it, so that no part is looked at twice. */
const ABSOLUTE = /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,30}:\/\/[^\s"'<>]*/gi;

/** A parameter with its value, as in `GET /reset?invite=x`. */
const PARAMETER = /([?&][^\s=?&#"'<>]{1,64}=)[^\s&#"'<>]+/g;

/** User-info of a URL that leaves its scheme to whoever reads it; core knows that of whole ones. */
const USER_INFO = /(?<![\w:/])(\/\/)[^\s/?#"'<>]*@/g;

/** Free text in which no URL has a query or user-info and no parameter a value: which of them are secrets nobody can tell. */
export function withoutParameters(text: string): string {
  // User-info first: a password may hold what begins a query, and half of one would be left.
  return text.replace(ABSOLUTE, (url) => withoutQuery(redactText(url))).replace(PARAMETER, `$1${REDACTED}`).replace(USER_INFO, `$1${REDACTED}@`);
}
