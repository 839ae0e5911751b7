import { REDACTED } from '@deedlog/core';
import type { IsDenied, RecordedHeaders } from '@deedlog/core';
import { cleanLine } from './clean-line.ts';
import { CREDENTIAL_HEADERS, headerName } from './header-name.ts';
import { withoutParameters, withoutQuery } from './url-text.ts';

/** Headers that say what a message is and who sent it by, and that hold nothing of a person. */
export const HARMLESS_HEADERS: readonly string[] = [
  'accept',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'content-encoding',
  'content-language',
  'content-length',
  'content-type',
  'host',
  'retry-after',
  'transfer-encoding',
  'user-agent',
];

/**
 * Headers in any form that they come in: `IncomingMessage.headers`, `ServerResponse.getHeaders()`, fetch `Headers`, pairs, or the flat list
 * name, value, name, value of `rawHeaders` and of undici, where names and values may be bytes.
 */
export type HeadersLike = Iterable<readonly [string, unknown]> | readonly unknown[] | Readonly<Record<string, unknown>>;

/** The allowed part of headers, names in lower case. Never throws. */
export type KeepHeaders = (headers: HeadersLike | null | undefined) => RecordedHeaders;

/** Hold a URL: of it the query is not stored, because it is another request's. Of one in any other header no parameter keeps its value. */
const URLS: ReadonlySet<string> = new Set(['content-location', 'destination', 'location', 'referer']);

/** Hold a host; what stands before an `@` is user-info, which belongs in none. */
const HOSTS: ReadonlySet<string> = new Set(['host', 'x-forwarded-host']);
const USER_INFO = /^[^@]*@/;

/** Longest value that is kept, in characters; longer ones are cut and say so. */
const MAX_VALUE = 1024;

/** Most values of one header that are joined. */
const MAX_VALUES = 20;

/**
 * Builds the choice of headers. A listed header whose name the deny rule catches, and one that holds credentials, is kept as
 * `***REDACTED***`. Throws `HTTP_HEADER_NAME_INVALID` for what cannot be a header's name.
 */
export function headerKeeper(names: readonly string[], isDenied: IsDenied): KeepHeaders {
  const allowed = new Set(names.map(headerName));
  const texts = new ValueTexts();
  return (headers) => {
    // A null prototype: "__proto__" is a header name that anybody may send.
    const kept = Object.create(null) as Record<string, string>;
    if (headers === null || headers === undefined || allowed.size === 0) return kept;
    eachHeader(headers, (name, value) => {
      if (!allowed.has(name)) return;
      const text = CREDENTIAL_HEADERS.has(name) || isDenied(name) ? REDACTED : texts.of(name, value);
      const before = kept[name];
      kept[name] = before === undefined || text === REDACTED ? text : cleanLine(`${before}, ${text}`, MAX_VALUE);
    });
    return kept;
  };
}

/** The only value of a header, by its lower-case name; undefined where there is none. For what a log itself has to know, never to be stored. */
export function headerValue(headers: HeadersLike | null | undefined, name: string): string | undefined {
  if (headers === null || headers === undefined) return undefined;
  let found: string | undefined;
  eachHeader(headers, (given, value) => {
    if (given === name) found ??= plainText(Array.isArray(value) ? value[0] : value);
  });
  return found;
}

/** Names in lower case; what has no value is left out. Called for every request: it makes no lists of its own. */
export function eachHeader(headers: HeadersLike, visit: (name: string, value: unknown) => void): void {
  const told = (name: unknown, value: unknown): void => {
    if (value !== undefined && value !== null) visit(plainText(name).toLowerCase(), value);
  };
  if (Array.isArray(headers) && !Array.isArray(headers[0])) {
    for (let index = 0; index + 1 < headers.length; index += 2) told(headers[index], headers[index + 1]);
  } else if (Symbol.iterator in headers) {
    for (const [name, value] of headers as Iterable<readonly [string, unknown]>) told(name, value);
  } else for (const name of Object.keys(headers)) told(name, (headers as Readonly<Record<string, unknown>>)[name]);
}

/** So many texts are remembered, and none that is longer: 64 kB at the most. */
const MAX_TEXTS = 250;
const MAX_REMEMBERED = 250;

/** Headers say the same in most requests; cleaning them again each time would be most of what a record costs. */
class ValueTexts {
  #texts = new Map<string, string>();

  of(name: string, value: unknown): string {
    if (typeof value !== 'string' || value.length > MAX_REMEMBERED || URLS.has(name) || (HOSTS.has(name) && value.includes('@'))) return valueText(name, value);
    const known = this.#texts.get(value);
    if (known !== undefined) return known;
    if (this.#texts.size >= MAX_TEXTS) this.#texts = new Map();
    const text = valueText(name, value);
    this.#texts.set(value, text);
    return text;
  }
}

function valueText(name: string, value: unknown): string {
  const text = Array.isArray(value) ? value.slice(0, MAX_VALUES).map(plainText).join(', ') : plainText(value);
  const own = HOSTS.has(name) ? text.replace(USER_INFO, `${REDACTED}@`) : text;
  return cleanLine(withoutParameters(URLS.has(name) ? withoutQuery(own) : own), MAX_VALUE);
}

/** Header bytes are latin1 by RFC 9110 §5.5. */
export function plainText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1') : String(value);
}
