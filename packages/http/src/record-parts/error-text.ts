import { cleanLine } from './clean-line.ts';
import type { Mask } from './mask.ts';
import { withoutParameters } from './url-text.ts';

/** Longest text of an error that is kept, in characters. */
const MAX_ERROR = 1024;

/** More than this of a message is not looked at, in characters. */
const MAX_MESSAGE = 65_536;

/** How many causes of causes are told. */
const MAX_CAUSES = 3;

const asItIs: Mask = (text) => text;

/**
 * What went wrong, on one line and bounded: name, code and message of whatever was thrown, then of its causes; no stack. Secrets that
 * text can show, queries of URLs and quoted bodies are taken out, and before that what only the caller knows to be secret (`mask`).
 * Never throws, as long as `mask` does not.
 */
export function errorText(error: unknown, mask: Mask = asItIs): string {
  const told: string[] = [];
  let one: unknown = error;
  for (let depth = 0; depth <= MAX_CAUSES && one !== undefined && one !== null; depth++) {
    told.push(oneError(one, mask));
    one = property(one, 'cause');
  }
  return cleanLine(told.length === 0 ? 'unknown error' : told.join('; caused by '), MAX_ERROR);
}

function oneError(error: unknown, mask: Mask): string {
  if (typeof error !== 'object' || error === null) return cleanMessage(error, mask);
  const [name, code, message] = [property(error, 'name'), property(error, 'code'), property(error, 'message')];
  const title = `${typeof name === 'string' && name !== '' ? name : 'Error'}${typeof code === 'string' || typeof code === 'number' ? ` [${code}]` : ''}`;
  return typeof message === 'string' && message !== '' ? `${cleanLine(title, MAX_ERROR)}: ${cleanMessage(message, mask)}` : cleanLine(title, MAX_ERROR);
}

function cleanMessage(message: unknown, mask: Mask): string {
  const text = typeof message === 'string' ? mask(message).slice(0, MAX_MESSAGE) : message;
  return cleanLine(typeof text === 'string' ? withoutParameters(withoutQuotedBody(text)) : text, MAX_ERROR);
}

const INVALID_JSON = ' is not valid JSON';

/** V8 quotes the text that it could not parse: `Unexpected token 'x', "…" is not valid JSON`. That is a body, or a part of it. */
function withoutQuotedBody(text: string): string {
  const end = text.indexOf(INVALID_JSON);
  if (end === -1) return text;
  const begin = text.search(/["'`]|\.\.\./);
  return begin === -1 || begin > end ? text : `${text.slice(0, begin).trimEnd()} […]${text.slice(end)}`;
}

/** What is thrown may be anything, a proxy that throws in its turn included. */
function property(owner: unknown, name: string): unknown {
  try {
    return (owner as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}
