import { defineErrors } from '@deedlog/core';
import type { ErrorEntry, ErrorFactory } from '@deedlog/core';

/** Every code that `@deedlog/testkit` can throw. */
export type TestkitErrorCode = 'TESTKIT_PATTERN_INVALID' | 'TESTKIT_RECORD_INVALID' | 'TESTKIT_SECRET_LEAKED' | 'TESTKIT_SECRET_NAME_INVALID';

/** The table behind {@link TestkitErrorCode}. */
export const testkitErrors: Readonly<Record<TestkitErrorCode, ErrorEntry>> = {
  TESTKIT_PATTERN_INVALID: {
    meaning: 'the pattern is no object, or has a key that no activity has',
    remedy: 'Correct the key; see ActivityPattern.',
  },
  TESTKIT_RECORD_INVALID: {
    meaning: 'what was handed to a matcher holds no activities',
    remedy: 'Pass recorder(), a memoryStore(), or a list of activities.',
  },
  TESTKIT_SECRET_LEAKED: {
    meaning: 'a planted secret reached the log',
    remedy: 'Take the field off the allow-list, or mark it "redact".',
  },
  TESTKIT_SECRET_NAME_INVALID: {
    meaning: 'the name of a planted secret is empty or no plain word',
    remedy: 'Name it with letters, digits, "_" or "-", for example canary.secret("password").',
  },
};

export const testkitError: ErrorFactory<TestkitErrorCode> = defineErrors(testkitErrors);
