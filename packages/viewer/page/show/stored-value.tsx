import type { JSX } from 'preact';
import { PlainText } from './plain-text.tsx';

/** Markers that stand in a record for a value; the same as in @deedlog/core and @deedlog/mikro-orm. */
const REDACTED = '***REDACTED***';
const UNKNOWN = '***UNKNOWN***';
const HASH = /^hmac-sha256:([0-9a-f]{64})$/;

/** How a value was treated before it was stored. */
export type Treatment = 'redact' | 'hash' | 'unknown' | undefined;

interface StoredValueProps {
  readonly value: unknown;
  readonly treatment?: Treatment;
  /** The other side of a change: what differs from it is marked. */
  readonly other?: unknown;
}

/** A value of a record. What is not the real value looks and reads different from it. */
export function StoredValue({ value, treatment, other }: StoredValueProps): JSX.Element {
  if (value === null || value === undefined) return <span class="marker" title="no value">none</span>;
  if (value === REDACTED || treatment === 'redact') return <span class="marker redacted" title="not stored: the field is redacted">redacted</span>;
  if (value === UNKNOWN || (treatment === 'unknown' && value === '')) return <span class="marker" title="it was never loaded, so nobody knows it">unknown</span>;
  if (typeof value === 'string') {
    const hash = HASH.exec(value)?.[1];
    if (hash !== undefined || treatment === 'hash') return <Hashed text={hash ?? value} />;
    if (value === '') return <span class="marker">empty text</span>;
    return <Compared text={value} other={typeof other === 'string' ? other : undefined} />;
  }
  return <PlainText text={typeof value === 'object' ? JSON.stringify(value, null, 2) : JSON.stringify(value)} limit={1500} canGrow />;
}

function Hashed({ text }: { readonly text: string }): JSX.Element {
  return <><span class="marker" title="a keyed hash: equal values have equal hashes">hashed</span> <PlainText text={text.slice(0, 12)} /></>;
}

/** Longer texts are not compared: nobody would see the mark. */
const COMPARED = 1500;

function Compared({ text, other }: { readonly text: string; readonly other: string | undefined }): JSX.Element {
  if (other === undefined || text.length > COMPARED || other.length > COMPARED) return <PlainText text={text} limit={COMPARED} canGrow />;
  const [start, end] = common(text, other);
  const middle = text.slice(start, text.length - end);
  // Two texts with little in common read better without marks.
  if (middle === '' || start + end < Math.min(text.length, other.length) / 3) return <PlainText text={text} limit={COMPARED} />;
  return <><PlainText text={text.slice(0, start)} limit={COMPARED} /><mark><PlainText text={middle} limit={COMPARED} /></mark><PlainText text={text.slice(text.length - end)} limit={COMPARED} /></>;
}

/** How many characters two texts have in common at their start and at their end. */
function common(one: string, two: string): readonly [start: number, end: number] {
  const shorter = Math.min(one.length, two.length);
  let start = 0;
  while (start < shorter && one[start] === two[start]) start += 1;
  // Not into the middle of a character.
  if (/[\ud800-\udbff]/.test(one[start - 1] ?? '')) start -= 1;
  let end = 0;
  while (end < shorter - start && one[one.length - 1 - end] === two[two.length - 1 - end]) end += 1;
  if (/[\udc00-\udfff]/.test(one[one.length - end] ?? '')) end -= 1;
  return [start, end];
}
