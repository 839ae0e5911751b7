import { coreError } from '../errors.ts';
import { errorName, LIMITS, safeText } from './safe-text.ts';
import type { ModelColumn } from './model.ts';
import type { IsDenied } from './redact.ts';
import { redactText } from './redact-text.ts';
import { toJson } from './serialize.ts';
import type { Json } from './serialize.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const NUMERIC = /^-?\d{1,100}(\.\d{1,100})?$/;
const INT_MAX = 2 ** 31 - 1;
const BIGINT_MAX = 2n ** 63n - 1n;
/** PostgreSQL reads years of four digits in every form; a Date goes far beyond both ends. */
const MAX_YEAR = 9999;

/** The value of an own column as it is stored. Throws `MODEL_COLUMN_INVALID` where it does not fit; never quotes the value. */
export function modelCell(name: string, column: ModelColumn, { value, isDenied }: { readonly value: unknown; readonly isDenied: IsDenied }): Json {
  const cell = read(column, value, isDenied);
  const allowed = cell !== undefined && (column.items === undefined || column.items.includes(cell));
  if (!allowed) throw coreError('MODEL_COLUMN_INVALID', `${name}: ${column.items === undefined ? column.type : 'none of its items'}`);
  return cell;
}

/** Undefined: it does not fit. */
function read({ type, indexed }: ModelColumn, value: unknown, isDenied: IsDenied): Json | undefined {
  switch (type) {
    case 'text':
      // An indexed text must fit an index row.
      return typeof value === 'string' ? redactText(safeText(value, indexed ? LIMITS.identity : LIMITS.text)) : undefined;
    case 'uuid':
      return typeof value === 'string' && UUID.test(value) ? value.toLowerCase() : undefined;
    case 'integer':
      return Number.isInteger(value) && Math.abs(value as number) <= INT_MAX ? (value as number) + 0 : undefined;
    case 'bigint':
      return readBigint(value);
    case 'numeric':
      return readNumeric(value);
    case 'double precision':
      return typeof value === 'number' && Number.isFinite(value) ? value + 0 : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'timestamp with time zone':
      return readTime(value);
    case 'jsonb':
      return toJson(value, isDenied);
  }
}

function readBigint(value: unknown): string | undefined {
  if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) return undefined;
  const whole = BigInt(value as bigint | number);
  return whole <= BIGINT_MAX && whole >= -BIGINT_MAX ? String(whole) : undefined;
}

function readNumeric(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined;
  return typeof value === 'string' && NUMERIC.test(value) ? value : undefined;
}

function readTime(value: unknown): string | undefined {
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) return undefined;
  const year = value.getUTCFullYear();
  return year >= 0 && year <= MAX_YEAR ? value.toISOString() : undefined;
}

/** The value under a name, without running into a getter that throws. */
export function columnValue(bag: Readonly<Record<string, unknown>> | undefined, name: string): unknown {
  if (bag === undefined || bag === null || !Object.hasOwn(bag, name)) return undefined;
  try {
    return bag[name];
  } catch (cause) {
    throw coreError('MODEL_COLUMN_INVALID', `${name}: unreadable (${errorName(cause)})`);
  }
}
