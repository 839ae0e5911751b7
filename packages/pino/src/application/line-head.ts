import type { Json } from '@deedlog/core';
import { timestampText } from '../timestamp.ts';

/** What pino itself wrote at the beginning of a line. What was logged under the same names comes after it, and would win in a parser. */
export interface LineHead {
  /** The level as pino wrote it: its number, or what a `formatters.level` made of it. Undefined: not known. */
  readonly level: Json | undefined;
  /** The label of the level. '': not known. */
  readonly label: string;
  readonly timestamp: string;
}

const HEAD = /^\{"level":(-?\d+(?:\.\d+)?|"[^"\\]*")(?:,"timestamp":"([^"\\]*)")?/;

/** The label of each level by its number. */
export type Labels = ReadonlyMap<string, string>;

/** The labels among the keys of `lineLevels`. */
export function labelsOf(levels: Readonly<Record<string, number>>): Labels {
  return new Map(Object.entries(levels).flatMap(([label, value]) => (label === label.toUpperCase() ? [[String(value), label]] : [])));
}

export function headOf(line: string, labels: Labels): LineHead {
  const [, token, timestamp = timestampText(new Date())] = HEAD.exec(line) ?? [];
  if (token === undefined) return { level: undefined, label: '', timestamp };
  const level = JSON.parse(token) as string | number;
  return { level, label: labels.get(token) ?? String(level).toUpperCase(), timestamp };
}

/** The line with the label in place of the level's number. */
export function withLabel(line: string, labels: Labels): string {
  return line.replace(HEAD, (head, token: string) => {
    const label = labels.get(token);
    return label === undefined ? head : head.replace(token, `"${label}"`);
  });
}
