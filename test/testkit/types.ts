/** Compiled, never run: what of the matchers must compile, and what must not. */
import { memoryStore } from '@deedlog/core';
import { recorder, secretCanary } from '@deedlog/testkit';
import type { ActivityPattern } from '@deedlog/testkit';
import { deedlogMatchers } from '@deedlog/testkit/vitest';
import { expect } from 'vitest';

expect.extend(deedlogMatchers);

expect(recorder()).toHaveRecorded({ action: 'invoice.approve', actor: { id: '7' }, outcome: 'success' });
expect(recorder()).not.toHaveRecordedOnce({ target: { type: 'Invoice', id: 42 } });
expect(memoryStore()).toHaveRecordedNothing();
expect(recorder().activities).toHaveRecorded({ actor: null, metadata: { a: [1, /x/] } });
export const polled: Promise<void> = expect.poll(() => recorder().activities).toHaveRecordedOnce({ action: /x/ });
export const resolved: Promise<void> = expect(Promise.resolve(recorder())).resolves.toHaveRecordedNothing();

// @ts-expect-error a text holds no activities
expect('text').toHaveRecorded({ action: 'invoice.approve' });
// @ts-expect-error a number holds no activities
expect(5).toHaveRecordedNothing();
// @ts-expect-error a list of other things holds no activities
expect([1, 2]).toHaveRecordedNothing();
// @ts-expect-error the pattern is missing
expect(recorder()).toHaveRecorded();
// @ts-expect-error no activity has this key
expect(recorder()).toHaveRecorded({ acton: 'invoice.approve' });
// @ts-expect-error no activity has this outcome
expect(recorder()).toHaveRecorded({ outcome: 'succeeded' });
// @ts-expect-error an actor is an object
expect(recorder()).toHaveRecorded({ actor: '7' });
// @ts-expect-error an actor has no name
expect(recorder()).toHaveRecorded({ actor: { name: 'Ada' } });
// @ts-expect-error a pattern is no argument here
expect(recorder()).toHaveRecordedNothing({ action: 'invoice.approve' });

export const pattern: ActivityPattern = { related: [{ role: 'folder', id: 3n }], message: /approved/ };
// @ts-expect-error a watched store is a store
secretCanary().watch({});
