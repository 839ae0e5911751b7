import { randomBytes } from 'node:crypto';
import type { Owner } from './owner.ts';

/** What the name of a segment tells. Names sort by age. */
export interface SegmentName {
  /** When it was begun: 13 digits of milliseconds, and 6 of a count within the process. */
  readonly age: string;
  /** Stays with the segment whoever takes it over. */
  readonly id: string;
  readonly owner: Owner;
}

const PREFIX = 'deedlog-';
const NAME = /^deedlog-(\d{13}-\d{6})-([\da-f]{16})-([\da-f]{8})-([\da-f]{8})-(\d+)-([\da-f]{8})\.jsonl(\.tmp)?$/;

let begun = 0;

export function newSegmentName(owner: Owner): SegmentName {
  const age = `${String(Date.now()).padStart(13, '0')}-${String(begun++ % 1_000_000).padStart(6, '0')}`;
  return { age, id: randomBytes(8).toString('hex'), owner };
}

export function formatSegmentName({ age, id, owner: { host, boot, pid, instance } }: SegmentName): string {
  return `${PREFIX}${age}-${id}-${host}-${boot}-${pid}-${instance}.jsonl`;
}

/** Where unreadable lines of the segment are put. */
export function corruptFileName({ age, id }: SegmentName): string {
  return `${PREFIX}${age}-${id}.corrupt`;
}

export interface ParsedName {
  readonly name: SegmentName;
  /** A rewrite that was cut off; the segment it was made from still stands. */
  readonly isTemporary: boolean;
}

/** Undefined for a file that is no segment. */
export function parseSegmentName(file: string): ParsedName | undefined {
  const [, age = '', id = '', host = '', boot = '', pid = '', instance = '', temporary] = NAME.exec(file) ?? [];
  if (age === '') return undefined;
  return { name: { age, id, owner: { host, boot, pid: Number(pid), instance } }, isTemporary: temporary !== undefined };
}

/** Whether a file in the directory is the spool's: it counts towards maxBytes. */
export function isSpoolFile(file: string): boolean {
  return file.startsWith(PREFIX);
}
