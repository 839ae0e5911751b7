import { LINE_KINDS } from '../files/line-kind.ts';
import type { LineKind } from '../files/line-kind.ts';

/** What this package's own lines begin with on their way to the worker: JSON begins with none of these. */
const TAGS = ['A', 'R', 'P'] as const;

/** Before a tag: no line, but the number of lines that the file of this kind did not get. */
const LOST = '!';

/** A line on its way, or the news of lost ones. */
export type Sent = { readonly kind: LineKind; readonly line: string } | { readonly kind: LineKind; readonly lost: number };

/** `line` ends in a line break. */
export function tagLine(kind: LineKind, line: string): string {
  return `${TAGS[LINE_KINDS.indexOf(kind)]}${line}`;
}

export function tagLost(kind: LineKind, lines: number): string {
  return `${LOST}${TAGS[LINE_KINDS.indexOf(kind)]}${lines}\n`;
}

/** The opposite of {@link tagLine} and {@link tagLost}, without the line break. */
export function readTagged(text: string): Sent {
  const isLoss = text.startsWith(LOST);
  const kind = LINE_KINDS[TAGS.findIndex((tag) => tag === text[isLoss ? 1 : 0])] ?? 'app';
  return isLoss ? { kind, lost: Number(text.slice(2)) } : { kind, line: text.slice(1) };
}
