// Controls, formats (marks of direction, invisible characters, tags), halves of characters, separators of lines. They move the
// cursor, recolour, rename the window, reorder what is read, or hide. Those that join letters and emoji stay in what people read.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const JOINERS = /^[\u200c\u200d]$/;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Text of a record for a terminal: on one line, and what cannot be seen is written out, `\u{202e}`. */
export function visibleText(text: string): string {
  return text.replace(UNSEEN, (character) => (JOINERS.test(character) ? character : (SHORT[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)));
}

/** The same value as JSON on one line, in which nothing is unseen: `JSON.parse` gives it back unchanged. */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value).replace(UNSEEN, (character) =>
    Array.from({ length: character.length }, (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`).join(''),
  );
}

/** Several lines; only their ends stay as they are. */
export function visibleLines(text: string): string {
  return text.split(/(\r?\n)/).map((part, index) => (index % 2 === 1 ? part : visibleText(part))).join('');
}
