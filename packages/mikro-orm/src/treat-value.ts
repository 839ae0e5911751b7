import { createHmac } from 'node:crypto';
import { REDACTED, toJson, UNKNOWN } from '@deedlog/core';
import type { IsDenied, Json } from '@deedlog/core';
import { isRaw } from '@mikro-orm/core';
import type { EffectTreatment } from './auditable.ts';
import { MISSING } from './missing.ts';

/** Stands before the hash of a value, 64 hexadecimal digits. */
export const HASH_PREFIX = 'hmac-sha256:';

export interface TreatmentRules {
  /** There where a field is treated by hash. */
  readonly hashKey: string;
  /** Keys inside of a JSON value are nobody's explicit choice. */
  readonly isDenied: IsDenied;
}

/** What may be stored of a value. */
export function treatValue(value: unknown, treatment: EffectTreatment, { hashKey, isDenied }: TreatmentRules): Json {
  if (value === null) return null;
  if (treatment === 'redact') return REDACTED;
  if (value === MISSING || isRaw(value)) return UNKNOWN;
  switch (treatment) {
    case 'plain':
      return toJson(shown(value), isDenied);
    case 'hash':
      return HASH_PREFIX + createHmac('sha256', hashKey).update(valueText(value)).digest('hex');
  }
}

/** Longer ones are told by their length. */
const MAX_BYTES = 1024;

function shown(value: unknown): unknown {
  return value instanceof Uint8Array && value.byteLength <= MAX_BYTES ? bytesText(value) : value;
}

/** Two values are the same if their texts are; of what two pieces of SQL make, nothing is known. */
export function sameState(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  return !isRaw(one) && !isRaw(other) && (typeof one === 'object' && typeof other === 'object' && one !== null && other !== null && valueText(one) === valueText(other));
}

function valueText(value: unknown): string {
  if (value instanceof Uint8Array) return bytesText(value);
  return typeof value === 'string' ? value : JSON.stringify(value, inOrder) ?? '';
}

/** PostgreSQL keeps the keys of an object in an order of its own. */
function inOrder(_: string, part: unknown): unknown {
  if (typeof part === 'bigint') return String(part);
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
  return Object.fromEntries(Object.entries(part).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** As PostgreSQL writes them: `\\x0aff`. */
function bytesText(bytes: Uint8Array): string {
  return `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`;
}
