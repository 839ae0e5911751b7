import type { ActivityContext } from '../record/activity.ts';
import { cleanText } from '../record/safe-text.ts';

/** Longest text of one context field, in characters. */
const MAX_CONTEXT_TEXT = 512;

const FIELDS = ['ip', 'userAgent', 'method', 'path', 'requestId', 'traceId', 'sessionId', 'tenant'] as const;

type Field = (typeof FIELDS)[number];

export const EMPTY_CONTEXT: ActivityContext = {};

/**
 * `base`, which deedlog itself built before, with the known fields of the contexts over it, later ones winning: bounded and
 * clean text, the path without its query string. Never throws.
 */
export function mergeContexts(base: ActivityContext, ...contexts: readonly (ActivityContext | null | undefined)[]): ActivityContext {
  const merged: { -readonly [Name in keyof ActivityContext]: ActivityContext[Name] } = { ...base };
  for (const context of contexts) {
    if (context === undefined || context === null || context === EMPTY_CONTEXT) continue;
    for (const field of FIELDS) {
      const text = fieldText(context, field);
      if (text !== '') merged[field] = text;
    }
  }
  return merged;
}

function fieldText(context: ActivityContext, field: Field): string {
  try {
    const value: unknown = context[field];
    if (value === undefined || value === null) return '';
    return cleanText(field === 'path' && typeof value === 'string' ? value.replace(/[?#].*$/s, '') : value, MAX_CONTEXT_TEXT);
  } catch {
    return '[unreadable]';
  }
}
