import type { Activity } from '@deedlog/core';
import { matchingActivities } from './activity-pattern.ts';
import type { ActivityPattern } from './activity-pattern.ts';
import { listActivities, show } from './describe-activities.ts';
import { testkitError } from './errors.ts';

/** What the matchers take: `recorder()`, a `memoryStore()`, or a list of activities. */
export type Recorded = { readonly activities: readonly Activity[] } | readonly Activity[];

export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/** For `expect.extend(deedlogMatchers)`, which takes no interface: it could have further members. */
export type DeedlogMatchers = {
  readonly toHaveRecorded: (received: unknown, pattern: ActivityPattern) => MatcherResult;
  readonly toHaveRecordedOnce: (received: unknown, pattern: ActivityPattern) => MatcherResult;
  readonly toHaveRecordedNothing: (received: unknown) => MatcherResult;
};

export const deedlogMatchers: DeedlogMatchers = {
  toHaveRecorded(received, pattern) {
    const { activities, count } = matching(received, pattern);
    return result(count > 0, activities, { pattern, expectation: (not) => `an activity like ${show(pattern)}${not ? ' not' : ''} to have been recorded` });
  },
  toHaveRecordedOnce(received, pattern) {
    const { activities, count } = matching(received, pattern);
    const wanted = (not: boolean): string => `one activity like ${show(pattern)}${not ? ' not' : ''} to have been recorded, found ${count}`;
    return result(count === 1, activities, { pattern: count > 1 ? {} : pattern, expectation: wanted });
  },
  toHaveRecordedNothing(received) {
    const activities = activitiesOf(received);
    return result(activities.length === 0, activities, { pattern: {}, expectation: (not) => (not ? 'something to have been recorded' : 'nothing to have been recorded') });
  },
};

function matching(received: unknown, pattern: ActivityPattern): { activities: readonly Activity[]; count: number } {
  const activities = activitiesOf(received);
  return { activities, count: matchingActivities(activities, pattern).length };
}

function activitiesOf(received: unknown): readonly Activity[] {
  const list: unknown = Array.isArray(received) ? received : (received as { activities?: unknown } | null | undefined)?.activities;
  if (!Array.isArray(list)) throw testkitError('TESTKIT_RECORD_INVALID', typeof received);
  return list as readonly Activity[];
}

interface Expectation {
  readonly pattern: ActivityPattern;
  readonly expectation: (not: boolean) => string;
}

/** The message is needed only where the test fails: with `pass` it is that of `.not`. */
function result(pass: boolean, activities: readonly Activity[], { pattern, expectation }: Expectation): MatcherResult {
  return { pass, message: () => `Expected ${expectation(pass)}.\n${listActivities(activities, pass ? {} : pattern)}` };
}
