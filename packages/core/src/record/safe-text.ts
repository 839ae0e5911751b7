import { LIMITS } from './limits.ts';
import { isPlain, redactText } from './redact-text.ts';

export { LIMITS } from './limits.ts';

/** Every control character but tab and line breaks, told by what is none. */
const CONTROL = /[^\t\n\r -~\u00a0-\uffff]/;
const CONTROLS = /[^\t\n\r -~\u00a0-\uffff]/g;
/** First of the characters of Unicode that picture the control characters U+0000 to U+001F. */
const PICTURES = 0x2400;

/**
 * Text that any column takes and any terminal shows: bounded, well-formed UTF-16 (no lone surrogate), control characters
 * other than tab and line breaks made visible (NUL as U+2400). What is no text becomes one. Never throws.
 */
export function safeText(value: unknown, limit: number = LIMITS.text): string {
  const text = typeof value === 'string' ? value : textOf(value);
  return visible(text.length > limit ? text.slice(0, limit) : text) + cutMark(text, limit);
}

/** {@link safeText} without the secrets that free text may hold. */
export function cleanText(value: unknown, limit: number = LIMITS.text): string {
  const text = typeof value === 'string' ? value : textOf(value);
  if (text.length <= limit) return isPlain(text) ? text : redactText(visible(text));
  // Cut before the patterns run: they must never see a 20 MB text. They see a little more than is kept, for half of a secret they would
  // not know. Marked after: no pattern may swallow the mark.
  return visible(redactText(visible(text.slice(0, limit + MARGIN))).slice(0, limit)) + cutMark(text, limit);
}

/** As long as most secrets, in characters. */
const MARGIN = 512;

function visible(text: string): string {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed();
  return CONTROL.test(wellFormed) ? wellFormed.replace(CONTROLS, picture) : wellFormed;
}

function cutMark({ length }: string, limit: number): string {
  return length > limit ? `…[+${length - limit} characters]` : '';
}

function picture(control: string): string {
  const code = control.charCodeAt(0);
  return code < 0x20 ? String.fromCharCode(PICTURES + code) : code === 0x7f ? '\u2421' : '\ufffd';
}

function textOf(value: unknown): string {
  switch (typeof value) {
    case 'bigint':
      return bigintText(value);
    case 'symbol':
      return `[Symbol ${value.description ?? ''}]`;
    case 'object':
    case 'function':
      return value === null ? '' : `[${typeof value}]`;
    default:
      return String(value);
  }
}

/** Beyond this a number is no id or amount, and spelling it out takes quadratic time. */
const HUGE = 10n ** 100n;

export function bigintText(value: bigint): string {
  return value < HUGE && value > -HUGE ? String(value) : 'BigInt of more than 100 digits';
}

/** A correlation or causation id as it is stored; undefined where there is none. */
export function correlationText(id: unknown): string | undefined {
  return id === undefined || id === null || id === '' ? undefined : safeText(id, LIMITS.identity);
}

/** The name of whatever was thrown. Never throws. */
export function errorName(error: unknown): string {
  try {
    return error instanceof Error ? safeText(error.name, LIMITS.key) : typeof error;
  } catch {
    return 'Error';
  }
}
