import { cleanText, LIMITS, REDACTED } from '@deedlog/core';
import type { IsDenied } from '@deedlog/core';

/** A name in JSON that stands inside of a text, such as `%j` of a message leaves. Its length is bounded: no pattern may look far from many places. */
const NAME = /"((?:[^"\\]|\\.){1,256})"\s*:\s*/g;

/** As many characters more are looked through as `cleanText` does: what it shortens brings them into what is kept. */
const MARGIN = 512;

/** `cleanText` of a text in which no value of JSON stands under a denied name either. */
export function cleanNamedText(text: string, isDenied: IsDenied, limit: number = LIMITS.text): string {
  if (!text.includes('"')) return cleanText(text, limit);
  const redacted = redactNamed(text.slice(0, limit + MARGIN), isDenied);
  if (text.length <= limit) return cleanText(redacted, Math.max(limit, redacted.length));
  const kept = Math.min(redacted.length, limit);
  // As long as it was, for the mark that says how much was cut.
  return cleanText(redacted.padEnd(kept + text.length - limit), kept);
}

/** What is cut off in a value is redacted to the end. */
function redactNamed(text: string, isDenied: IsDenied): string {
  let clean = '';
  let done = 0;
  for (const { index, 0: found, 1: name = '' } of text.matchAll(NAME)) {
    if (index < done || !isDenied(name)) continue;
    const value = index + found.length;
    clean += text.slice(done, value) + REDACTED;
    done = endOfValue(text, value);
  }
  return clean + text.slice(done);
}

/** Where the value ends that begins here: a text, a literal, or an object or array with all that is in it. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  let isQuoted = false;
  for (let place = start; place < text.length; place++) {
    const character = text[place];
    if (isQuoted && character === '\\') place++;
    else if (character === '"') {
      isQuoted = !isQuoted;
      if (!isQuoted && depth === 0) return place + 1;
    } else if (!isQuoted && (character === '{' || character === '[')) depth++;
    else if (!isQuoted && (character === '}' || character === ']')) {
      if (depth === 0) return place;
      if (--depth === 0) return place + 1;
    } else if (!isQuoted && depth === 0 && (character === ',' || character === ' ' || character === '\n')) return place;
  }
  return text.length;
}
