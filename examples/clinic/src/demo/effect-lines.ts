import { REDACTED, UNKNOWN } from '@deedlog/core';
import type { Effect, EffectOp, Json } from '@deedlog/core';
import { fit } from './wording.ts';

/** What is not a value as it was: what the log leaves out, what it hides, what nobody knew. */
export type Hidden = 'redacted' | 'hashed' | 'unknown';

/** Colours a hidden value; it is not longer for that on the screen. */
export type Paint = (text: string, hidden: Hidden) => string;

const OPS: Readonly<Record<EffectOp, string>> = { I: '+', U: '~', D: '-', T: 'x', S: '!' };

/** Columns for the row that changed; longer keys are cut. */
const ROW_WIDTH = 21;

/** `hmac-sha256:` and 64 digits. Enough of them are shown to see which are equal. */
const HASH = /^hmac-sha256:([0-9a-f]{8})[0-9a-f]{56}$/;

/** `~ patient 3             phone: 555-0199 → 555-0200`, one line for each changed field, the row named in the first. */
export function effectLines({ op, table, key, changes }: Effect, width: number, paint: Paint): string[] {
  const row = fit(`${OPS[op]} ${table.slice(table.lastIndexOf('.') + 1)} ${key}`, ROW_WIDTH).padEnd(ROW_WIDTH + 1);
  const fields = Object.entries(changes);
  if (fields.length === 0) return [`${row}no field that is kept`];
  const longest = Math.max(...fields.map(([field]) => field.length)) + 2;
  const valueWidth = Math.floor((width - row.length - longest - ' → '.length) / 2);
  return fields.map(([field, [old, now]], index) => {
    const [before, after] = [old, now].map((value) => valueText(value, valueWidth, paint));
    return `${index === 0 ? row : ' '.repeat(row.length)}${`${field}:`.padEnd(longest)}${before} → ${after}`;
  });
}

function valueText(value: Json, width: number, paint: Paint): string {
  if (value === null) return '–';
  if (value === REDACTED) return paint('(redacted)', 'redacted');
  if (value === UNKNOWN) return paint('(unknown)', 'unknown');
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const hash = HASH.exec(text)?.[1];
  return hash === undefined ? fit(text, width) : paint(`#${hash}…`, 'hashed');
}
