import type { Assertion } from 'vitest';
import { afterEach } from 'vitest';
import type { ActivityPattern } from './activity-pattern.ts';
import type { Recorded } from './deedlog-matchers.ts';
import { secretCanary } from './secret-canary.ts';
import type { SecretCanary } from './secret-canary.ts';

export { deedlogMatchers } from './deedlog-matchers.ts';
export type { DeedlogMatchers, MatcherResult, Recorded } from './deedlog-matchers.ts';

/** The matcher for what holds activities; for everything else it cannot be called. */
type OnRecorded<Received, Matcher> = [Received] extends [Recorded] ? Matcher : never;

declare module 'vitest' {
  // The type parameters must be those of vitest's own declaration.
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /** At least one activity matches. */
    toHaveRecorded: OnRecorded<T, (pattern: ActivityPattern) => R>;
    /** Exactly one activity matches; others may stand beside it. */
    toHaveRecordedOnce: OnRecorded<T, (pattern: ActivityPattern) => R>;
    /** Nothing at all was recorded. */
    toHaveRecordedNothing: OnRecorded<T, () => R>;
  }
}

/** The assertion on recorded activities, for helpers that pass it on. */
export type RecordedAssertion = Assertion<void, Recorded>;

/** A canary for a whole file: each test fails in which a secret reached a store that it watches. */
export function useSecretCanary(): SecretCanary {
  const canary = secretCanary();
  afterEach(() => canary.assertClean());
  return canary;
}
