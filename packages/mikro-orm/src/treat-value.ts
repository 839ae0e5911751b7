import { createHmac } from 'node:crypto';
import { createDenyRule, REDACTED, toJson, UNKNOWN } from '@deedlog/core';
import type { Json } from '@deedlog/core';
import { MISSING } from './audited-field.ts';
import type { EffectTreatment } from './auditable.ts';

/** Stands before the hash of a value, 64 hexadecimal digits. */
export const HASH_PREFIX = 'hmac-sha256:';

/** Keys inside of a stored JSON value are nobody's explicit choice. */
const isDenied = createDenyRule();

/** What may be stored of a value. `hashKey` is there where a field is treated by hash. */
export function treatValue(value: unknown, treatment: EffectTreatment, hashKey: string): Json {
  if (value === null) return null;
  switch (treatment) {
    case 'redact':
      return REDACTED;
    case 'plain':
      return value === MISSING ? UNKNOWN : toJson(value, isDenied);
    case 'hash':
      return value === MISSING ? UNKNOWN : HASH_PREFIX + createHmac('sha256', hashKey).update(valueText(value)).digest('hex');
  }
}

/** Two values are the same if their texts are. */
export function sameState(one: unknown, other: unknown): boolean {
  return one === other || (typeof one === 'object' && typeof other === 'object' && one !== null && other !== null && valueText(one) === valueText(other));
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part)) ?? '';
}
