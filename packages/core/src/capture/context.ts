import type { ActivityContext } from '../record/activity.ts';
import { redactText } from '../record/redact.ts';
import { safeText } from '../record/serialize.ts';

/** Longest text of one context field, in characters. */
const MAX_CONTEXT_TEXT = 512;

const FIELDS = ['ip', 'userAgent', 'method', 'path', 'requestId', 'traceId', 'sessionId', 'tenant'] as const;

export const EMPTY_CONTEXT: ActivityContext = {};

/** The known fields of the contexts, later ones win; bounded and clean text, the path without its query string. */
export function mergeContexts(...contexts: readonly (ActivityContext | null | undefined)[]): ActivityContext {
  const merged: { -readonly [Field in keyof ActivityContext]: ActivityContext[Field] } = {};
  for (const context of contexts) {
    if (context === undefined || context === null || context === EMPTY_CONTEXT) continue;
    for (const field of FIELDS) {
      const value: unknown = context[field];
      if (typeof value === 'string' && value !== '') merged[field] = contextText(field, value);
    }
  }
  return merged;
}

function contextText(field: (typeof FIELDS)[number], value: string): string {
  const text = field === 'path' ? value.replace(/[?#].*$/s, '') : value;
  return redactText(safeText(text, MAX_CONTEXT_TEXT));
}
