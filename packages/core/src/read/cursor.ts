import { coreError } from '../errors.ts';
import type { Cursor } from './query.ts';

/** The place of one record in a listing. */
export interface Position {
  /** ISO 8601 in UTC with six digits of a second: effects are timed by the database's clock. */
  readonly at: string;
  readonly id: string;
  /** In an object's history: about which effect of its row the page ended at. */
  readonly effect?: string | undefined;
}

const VERSION = 1;
/** Longer than any cursor that is given out, in characters. */
const MAX_CURSOR = 400;
const BASE64URL = /^[A-Za-z0-9_-]+$/;
const AT = /^\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NUMBER = /^\d{1,19}$/;

export function encodeCursor({ at, id, effect }: Position): Cursor {
  return encodeTokens(effect === undefined ? [at, id] : [at, id, effect]);
}

/** Throws `CURSOR_INVALID`. */
export function decodeCursor(cursor: unknown): Position {
  const [at = '', id = '', effect, ...others] = decodeTokens(cursor);
  const valid = AT.test(at) && !Number.isNaN(Date.parse(at)) && UUID.test(id) && (effect === undefined || NUMBER.test(effect)) && others.length === 0;
  if (!valid) throw coreError('CURSOR_INVALID');
  return { at, id, effect };
}

/** Texts as one opaque text. */
export function encodeTokens(tokens: readonly string[]): string {
  return btoa(JSON.stringify([VERSION, ...tokens])).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Throws `CURSOR_INVALID`. */
export function decodeTokens(cursor: unknown): string[] {
  if (typeof cursor !== 'string' || cursor.length > MAX_CURSOR || !BASE64URL.test(cursor)) throw coreError('CURSOR_INVALID');
  const parsed = parse(cursor);
  if (!Array.isArray(parsed) || parsed[0] !== VERSION || parsed.some((token, index) => index > 0 && typeof token !== 'string')) throw coreError('CURSOR_INVALID');
  return parsed.slice(1) as string[];
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(atob(cursor.replaceAll('-', '+').replaceAll('_', '/')));
  } catch (cause) {
    throw coreError('CURSOR_INVALID', undefined, cause);
  }
}

/** A time of JavaScript as a position has it. */
export function positionTime(time: Date): string {
  return time.toISOString().replace(/^\+0*/, '').replace('Z', '000Z');
}
