import type { ActivityContext } from '../record/activity.ts';
import { isPlain } from '../record/redact-text.ts';
import { cleanText } from '../record/safe-text.ts';

/** Longest text of one context field, in characters; with the mark of what was cut off it is 512 at most. */
const MAX_CONTEXT_TEXT = 480;

const FIELDS = ['ip', 'userAgent', 'method', 'path', 'requestId', 'traceId', 'sessionId', 'tenant'] as const;

type Field = (typeof FIELDS)[number];

type Fields = { -readonly [Name in Field]?: string };

/** Line breaks and the like: they could forge lines where the log is printed. */
const BREAKS = /[\t\n\r\u0080-\u009f\u2028\u2029]/g;

/** A constructor that answers the object which it is given, so that a class over it can put a private field there. */
const Given = function (given: object): object {
  return given;
} as unknown as new (given: object) => object;

/**
 * The mark of contexts that are clean and cannot change any more: to be cleaned again would cost every request. Nobody else can set it, a
 * copy does not have it, and who looks at the object does not see it.
 */
class Clean extends Given {
  // oxlint-disable-next-line no-unused-private-class-members -- that it is there says it
  readonly #mark = true;

  static mark(fields: Fields): ActivityContext {
    return Object.freeze(new Clean(fields) as Fields);
  }

  static has(context: ActivityContext): boolean {
    return typeof context === 'object' && #mark in context;
  }
}

export const EMPTY_CONTEXT: ActivityContext = Clean.mark({});

/**
 * What is known of where something came from: bounded and clean text on one line, without the secrets that free text may hold, the path
 * without its query string; what is undefined, null or empty is absent. Frozen, and the same object where it was cleaned before. Never throws.
 */
export function cleanContext(context: ActivityContext): ActivityContext {
  return mergeContexts(EMPTY_CONTEXT, context);
}

/** `base`, which deedlog itself built before, with the known fields of the context over it, which win; see {@link cleanContext}. */
export function mergeContexts(base: ActivityContext, context: ActivityContext | null | undefined): ActivityContext {
  if (context === undefined || context === null || context === EMPTY_CONTEXT) return base;
  const isClean = Clean.has(context);
  if (isClean && base === EMPTY_CONTEXT) return context;
  const merged: Fields = {};
  for (const field of FIELDS) {
    const text = (isClean ? context[field] : fieldText(context, field)) || base[field];
    if (text !== undefined) merged[field] = text;
  }
  return Clean.mark(merged);
}

function fieldText(context: ActivityContext, field: Field): string {
  try {
    const value: unknown = context[field];
    if (value === undefined || value === null) return '';
    const text = field === 'path' && typeof value === 'string' ? withoutQuery(value) : value;
    if (typeof text === 'string' && text.length <= MAX_CONTEXT_TEXT && (field === 'userAgent' ? isPlainAgent(text) : isPlain(text))) return text;
    return cleanText(text, MAX_CONTEXT_TEXT).replace(BREAKS, '\ufffd');
  } catch {
    return '[unreadable]';
  }
}

/** The user agents that were found to be plain: they are long, and a server sees few of them. */
const plainAgents = new Set<string>();
const MAX_PLAIN_AGENTS = 256;

function isPlainAgent(text: string): boolean {
  if (plainAgents.has(text)) return true;
  if (!isPlain(text)) return false;
  if (plainAgents.size >= MAX_PLAIN_AGENTS) plainAgents.clear();
  plainAgents.add(text);
  return true;
}

function withoutQuery(path: string): string {
  return path.includes('?') || path.includes('#') ? path.replace(/[?#].*$/s, '') : path;
}
