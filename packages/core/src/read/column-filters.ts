import { coreError } from '../errors.ts';
import type { ModelColumn, ModelShape } from '../record/model.ts';
import { LIMITS, safeText } from '../record/safe-text.ts';
import type { ColumnFilter } from './log-source.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const NUMERIC = /^-?\d{1,100}(\.\d{1,100})?$/;
const INT_MAX = 2n ** 31n;
const BIGINT_MAX = 2n ** 63n;

/** Filters on own columns. Values may be of their type, or texts of it as an address line has them. Throws `QUERY_INVALID`. */
export function columnFilters(given: Readonly<Record<string, unknown>>, shape: ModelShape | undefined): ColumnFilter[] {
  return Object.entries(given).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const columns = shape?.columns ?? {};
    const column = Object.hasOwn(columns, name) ? columns[name] : undefined;
    if (column === undefined) throw invalid(name, 'is no column of the model');
    const read = value === null ? null : readValue(column, value);
    if (read === undefined) throw invalid(name, `is no ${column.type} that can be looked for`);
    return [{ name, column, value: read }];
  });
}

function readValue({ type, indexed }: ModelColumn, value: unknown): string | undefined {
  const text = typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : undefined;
  if (text === undefined) return value instanceof Date && type === 'timestamp with time zone' ? timeText(value) : undefined;
  switch (type) {
    case 'text':
      return typeof value === 'string' ? safeText(value, indexed ? LIMITS.identity : LIMITS.text) : undefined;
    case 'uuid':
      return UUID.test(text) ? text.toLowerCase() : undefined;
    case 'integer':
      return wholeText(text, INT_MAX);
    case 'bigint':
      return wholeText(text, BIGINT_MAX);
    case 'numeric':
      return NUMERIC.test(text) ? text : undefined;
    case 'double precision':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? String(Number(text)) : undefined;
    case 'boolean':
      return text === 'true' || text === 'false' ? text : undefined;
    case 'timestamp with time zone':
      return timeText(new Date(text));
    case 'jsonb':
      return undefined;
  }
}

function wholeText(text: string, below: bigint): string | undefined {
  if (!/^-?\d{1,19}$/.test(text)) return undefined;
  const whole = BigInt(text);
  return whole < below && whole >= -below ? String(whole) : undefined;
}

function timeText(time: Date): string | undefined {
  const year = time.getUTCFullYear();
  return year >= 1 && year <= 9999 ? time.toISOString() : undefined;
}

function invalid(name: string, what: string): Error {
  return coreError('QUERY_INVALID', `columns.${safeText(name, LIMITS.key)} ${what}`);
}
