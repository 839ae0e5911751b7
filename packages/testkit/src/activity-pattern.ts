import { renderMessage } from '@deedlog/core';
import type { Activity, ActorKind, Observer, Outcome } from '@deedlog/core';
import { testkitError } from './errors.ts';

/** An asymmetric matcher of any test library: `expect.any(String)`, `expect.stringContaining("x")`. */
export interface AsymmetricMatcherLike {
  asymmetricMatch(value: unknown): boolean;
}

/** A text: exactly this one, one that matches, or what an asymmetric matcher takes; null for "not known". */
export type TextPattern = string | RegExp | AsymmetricMatcherLike | null;

/** An id: numbers and bigints stand for their text. */
export type IdPattern = TextPattern | number | bigint;

/** A JSON value: objects match by their named parts, lists item by item. */
export type ValuePattern = unknown;

export interface ActorPattern {
  readonly kind?: ActorKind | undefined;
  readonly id?: IdPattern | undefined;
  readonly label?: TextPattern | undefined;
}

export interface TargetPattern {
  readonly type?: TextPattern | undefined;
  readonly id?: IdPattern | undefined;
  readonly label?: TextPattern | undefined;
}

/** What is to hold of an activity. What is absent or undefined is not looked at; `null` means that it must not be known. */
export interface ActivityPattern {
  readonly id?: TextPattern | undefined;
  readonly action?: TextPattern | undefined;
  readonly outcome?: Outcome | undefined;
  readonly outcomeCode?: TextPattern | undefined;
  readonly actor?: ActorPattern | null | undefined;
  readonly onBehalfOf?: ValuePattern;
  readonly target?: TargetPattern | null | undefined;
  /** Each of these must be among the related ones. */
  readonly related?: readonly (TargetPattern & { readonly role?: TextPattern | undefined })[] | undefined;
  readonly tool?: TextPattern | undefined;
  /** The rendered message. */
  readonly message?: TextPattern | undefined;
  readonly reason?: TextPattern | undefined;
  readonly changes?: ValuePattern;
  readonly input?: ValuePattern;
  readonly context?: ValuePattern;
  readonly metadata?: ValuePattern;
  readonly observer?: Observer | undefined;
  readonly source?: TextPattern | undefined;
  readonly tenant?: TextPattern | undefined;
  readonly correlationId?: TextPattern | undefined;
  readonly causationId?: TextPattern | undefined;
}

/** How each part of a pattern reads an activity. */
const READERS: { readonly [Key in keyof Required<ActivityPattern>]: (activity: Activity) => unknown } = {
  id: ({ id }) => id,
  action: ({ action }) => action,
  outcome: ({ outcome }) => outcome,
  outcomeCode: ({ outcomeCode }) => outcomeCode,
  actor: ({ actorKind, actorId, actorLabel }) => (actorKind === null ? null : { kind: actorKind, id: actorId, label: actorLabel }),
  onBehalfOf: ({ onBehalfOf }) => onBehalfOf,
  target: ({ targetType, targetId, targetLabel }) => (targetType === null ? null : { type: targetType, id: targetId, label: targetLabel }),
  related: ({ related }) => related ?? [],
  tool: ({ tool }) => tool,
  message: ({ message, messageValues }) => (message === null ? null : renderMessage(message, messageValues)),
  reason: ({ reason }) => reason,
  changes: ({ changes }) => changes,
  input: ({ input }) => input,
  context: ({ context }) => context,
  metadata: ({ metadata }) => metadata,
  observer: ({ observer }) => observer,
  source: ({ source }) => source,
  tenant: ({ tenant }) => tenant,
  correlationId: ({ correlationId }) => correlationId,
  causationId: ({ causationId }) => causationId,
};

/** A part of a pattern that does not hold. */
export interface Mismatch {
  readonly part: keyof ActivityPattern;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** What of the pattern does not hold of the activity; nothing where it matches. */
export function mismatchesOf(activity: Activity, pattern: ActivityPattern): Mismatch[] {
  return partsOf(pattern)
    .map((part) => ({ part, expected: pattern[part], actual: READERS[part](activity) }))
    .filter(({ part, expected, actual }) => !(part === 'related' ? includesAll(actual, expected) : matchesValue(actual, expected)));
}

/** The activities that match. Throws `TESTKIT_PATTERN_INVALID`, also where there are none: a wrong pattern must not prove an absence. */
export function matchingActivities(activities: readonly Activity[], pattern: ActivityPattern): readonly Activity[] {
  const unknown = typeof pattern === 'object' && pattern !== null ? Object.keys(pattern).find((part) => !Object.hasOwn(READERS, part)) : typeof pattern;
  if (unknown !== undefined) throw testkitError('TESTKIT_PATTERN_INVALID', unknown);
  return activities.filter((activity) => mismatchesOf(activity, pattern).length === 0);
}

function partsOf(pattern: ActivityPattern): (keyof ActivityPattern)[] {
  return (Object.keys(pattern) as (keyof ActivityPattern)[]).filter((part) => pattern[part] !== undefined);
}

function includesAll(actual: unknown, expected: unknown): boolean {
  if (!Array.isArray(actual) || !Array.isArray(expected)) return false;
  return expected.every((wanted) => actual.some((one) => matchesValue(one, wanted)));
}

/** Objects match by the parts that the pattern names; ids by their text. */
function matchesValue(actual: unknown, expected: unknown): boolean {
  if (isAsymmetric(expected)) return expected.asymmetricMatch(actual);
  if (expected instanceof RegExp) return typeof actual === 'string' && actual.search(expected) !== -1;
  if (typeof expected === 'bigint') return actual === String(expected);
  if (typeof expected === 'number' && typeof actual === 'string') return actual === String(expected);
  if (Array.isArray(expected)) {
    return Array.isArray(actual) && actual.length === expected.length && expected.every((item, index) => matchesValue(actual[index], item));
  }
  if (typeof expected !== 'object' || expected === null) return Object.is(actual, expected);
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) return false;
  return Object.entries(expected).every(([key, part]) => part === undefined || (Object.hasOwn(actual, key) && matchesValue((actual as Record<string, unknown>)[key], part)));
}

function isAsymmetric(value: unknown): value is AsymmetricMatcherLike {
  return typeof value === 'object' && value !== null && typeof (value as Partial<AsymmetricMatcherLike>).asymmetricMatch === 'function';
}
