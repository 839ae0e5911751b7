/**
 * Counts as a space in a search, beside white space: punctuation of ASCII. A list, and not "what is no letter", because PostgreSQL
 * and JavaScript must cut a text in the same places, in every locale.
 */
export const SEPARATORS = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

const SPACES = /[\s!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]+/u;
/** What PostgreSQL's text search drops or cuts a word at: all but letters, digits and marks. */
const SYMBOLS = /[^\p{L}\p{N}\p{M}]+/u;

/** The words of a text, in the case that they have. */
export function wordsOf(text: string): string[] {
  return text.split(SPACES).flatMap((part) => part.split(SYMBOLS)).filter((word) => word !== '');
}
