import { safeText } from '@deedlog/core';

/** Longest user agent, path or session id that is kept, in characters; core's own bound on a context field is 512. */
const MAX_TEXT = 480;

/** Control characters, C1 and line separators included: they could forge lines where the log is printed. */
const CONTROLS = /[\p{Cc}\u2028\u2029]/gu;

/** Bounded, well-formed text on one line; undefined for nothing. */
export function cleanText(text: unknown): string | undefined {
  if (typeof text !== 'string' || text === '') return undefined;
  return safeText(text, MAX_TEXT).replace(CONTROLS, '\ufffd');
}
