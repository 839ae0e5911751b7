import type { Activity } from '@deedlog/core';
import { mismatchesOf } from './activity-pattern.ts';
import type { ActivityPattern, Mismatch } from './activity-pattern.ts';

/** Most activities that a failure message lists; the last ones, which are those of the test that failed. */
const MAX_LISTED = 20;

/** One activity on one line: `invoice.approve success by user 7 (Ada) on Invoice 42`. */
export function describeActivity({ action, outcome, outcomeCode, actorKind, actorId, actorLabel, targetType, targetId }: Activity): string {
  const actor = [actorKind ?? 'nobody known', actorId, actorLabel === null ? null : `(${actorLabel})`].filter((part) => part !== null);
  const target = targetType === null ? [] : ['on', targetType, targetId];
  return [action, outcome, ...(outcomeCode === null ? [] : [outcomeCode]), 'by', ...actor, ...target].join(' ');
}

/** What was recorded, as a list; with a pattern each line says what of it does not hold. */
export function listActivities(activities: readonly Activity[], pattern: ActivityPattern = {}): string {
  if (activities.length === 0) return 'Nothing was recorded.';
  const hidden = Math.max(0, activities.length - MAX_LISTED);
  const lines = activities.slice(hidden).map((activity, index) => {
    const mismatches = mismatchesOf(activity, pattern).map(describeMismatch);
    return [`  ${hidden + index + 1}. ${describeActivity(activity)}`, ...mismatches].join('\n');
  });
  return [`Recorded (${activities.length}):`, ...(hidden > 0 ? [`  … ${hidden} earlier`] : []), ...lines].join('\n');
}

function describeMismatch({ part, expected, actual }: Mismatch): string {
  return `       ${part} is ${show(actual)}, not ${show(expected)}`;
}

/** A pattern or a value as short text. */
export function show(value: unknown): string {
  const text = JSON.stringify(value, (_key, part: unknown) => {
    if (part instanceof RegExp) return String(part);
    if (typeof part === 'bigint') return Number(part);
    const asymmetric = part as { toAsymmetricMatcher?: () => string } | null | undefined;
    return typeof asymmetric?.toAsymmetricMatcher === 'function' ? asymmetric.toAsymmetricMatcher() : part;
  });
  return text ?? String(value);
}
