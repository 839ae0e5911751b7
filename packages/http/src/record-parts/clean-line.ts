import { cleanText } from '@deedlog/core';

/** Line breaks and the like: they could forge lines where the log is printed. */
const BREAKS = /[\p{Cc}\u2028\u2029]/gu;

/** What most texts are made of only. */
const PLAIN = /^[ -~]*$/;

/** Bounded, well-formed text on one line, without the secrets that free text may hold. Never throws. */
export function cleanLine(text: unknown, limit: number): string {
  const clean = cleanText(text, limit);
  return PLAIN.test(clean) ? clean : clean.replace(BREAKS, '\ufffd');
}

/** Longest path that is stored, in characters. */
const MAX_PATH = 1024;

/** The stored form of a path. */
export function cleanPath(path: string): string {
  return cleanLine(path, MAX_PATH);
}
