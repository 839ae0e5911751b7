import { REDACTED } from '@deedlog/core';
import type { RecordedHeaders } from '@deedlog/core';

/** Takes secrets out of a text. */
export type Mask = (text: string) => string;

/** Shorter texts stand in any error by chance. */
const MIN_SECRET = 3;

/** Takes texts out of an error. */
export function maskOf(secrets: readonly string[]): Mask {
  const longestFirst = [...new Set(secrets)].filter((secret) => secret.length >= MIN_SECRET).toSorted((one, other) => other.length - one.length);
  return (text) => longestFirst.reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text);
}

/** The parts of a path that are not in its stored form, as they were sent and as a router hands them on. */
export function secretsOfPath(given: string, stored: string): readonly string[] {
  if (given === stored) return [];
  const [from, to] = [given.split('/'), stored.split('/')];
  const kept = new Set(to);
  const left = from.flatMap((part, index) => (kept.has(part) ? [] : [part, ...replaced(part, from.length === to.length ? to[index] : '')]));
  return [given, ...left].flatMap(spellings);
}

/** Shorter ones are words, numbers and endings of files. */
const MIN_PART = 6;

/** What the rule has replaced inside of a segment: of `/bot<token>` the token alone may stand in an error. */
function replaced(part: string, stored = ''): readonly string[] {
  let begin = 0;
  while (begin < part.length && part[begin] === stored[begin]) begin++;
  let end = 0;
  while (end < part.length - begin && part.at(-1 - end) === stored.at(-1 - end)) end++;
  const inner = part.slice(begin, part.length - end);
  return inner.length >= MIN_PART && inner !== part ? [inner] : [];
}

/** As it is, and without percent-encoding. */
export function spellings(text: string): readonly string[] {
  if (!text.includes('%')) return [text];
  try {
    return [text, decodeURIComponent(text)];
  } catch {
    return [text];
  }
}

/** Some headers hold the URL of the message: where it was sent from, where it is sent on to. */
export function maskedHeaders(headers: RecordedHeaders, hidden: readonly string[]): RecordedHeaders {
  if (hidden.length === 0) return headers;
  const mask = maskOf(hidden);
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, mask(value)]));
}
