import { recorder } from '@deedlog/testkit';
import { deedlogMatchers } from '@deedlog/testkit/vitest';
import { describe, expect, test } from 'vitest';
import { approve, deedlogOver } from './support.ts';

expect.extend(deedlogMatchers);

async function recordedApprovals(...targets: number[]): Promise<ReturnType<typeof recorder>> {
  const recorded = recorder();
  const deedlog = deedlogOver(recorded.store);
  for (const id of targets) await approve(deedlog, id);
  return recorded;
}

function messageOf(assertion: () => void): string {
  try {
    assertion();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the assertion passed');
}

describe('the matchers', () => {
  test('pass where it was recorded', async () => {
    const recorded = await recordedApprovals(41, 42);
    expect(recorded).toHaveRecorded({ action: 'invoice.approve', actor: { id: '7' }, outcome: 'success' });
    expect(recorded).toHaveRecordedOnce({ target: { type: 'Invoice', id: 42 } });
    expect(recorded).not.toHaveRecorded({ action: 'invoice.delete' });
    expect(recorded).not.toHaveRecordedOnce({ action: 'invoice.approve' });
    expect(recorded).not.toHaveRecordedNothing();
    expect(recorder()).toHaveRecordedNothing();
  });

  test('take a store, a list, and what is polled', async () => {
    const recorded = await recordedApprovals(42);
    expect(recorded.store).toHaveRecordedOnce({ action: 'invoice.approve' });
    expect(recorded.activities).toHaveRecordedOnce({ action: 'invoice.approve' });
    expect([]).toHaveRecordedNothing();
    await expect.poll(() => recorded.activities).toHaveRecordedOnce({ action: 'invoice.approve' });
    await expect(Promise.resolve(recorded)).resolves.toHaveRecorded({ action: 'invoice.approve' });
  });

  test('say what was recorded, and what of it does not hold', async () => {
    const recorded = await recordedApprovals(41, 42);
    expect(messageOf(() => expect(recorded).toHaveRecorded({ action: 'invoice.approve', actor: { id: '8' }, target: { id: 42 } }))).toBe(
      [
        'Expected an activity like {"action":"invoice.approve","actor":{"id":"8"},"target":{"id":42}} to have been recorded.',
        'Recorded (2):',
        '  1. invoice.approve success by user 7 (Ada) on Invoice 41',
        '       actor is {"kind":"user","id":"7","label":"Ada"}, not {"id":"8"}',
        '       target is {"type":"Invoice","id":"41","label":null}, not {"id":42}',
        '  2. invoice.approve success by user 7 (Ada) on Invoice 42',
        '       actor is {"kind":"user","id":"7","label":"Ada"}, not {"id":"8"}',
      ].join('\n'),
    );
  });

  test('say so where nothing was', () => {
    expect(messageOf(() => expect(recorder()).toHaveRecorded({ action: /^invoice/ }))).toBe(
      'Expected an activity like {"action":"/^invoice/"} to have been recorded.\nNothing was recorded.',
    );
  });

  test('say how often, and what there should not have been', async () => {
    const recorded = await recordedApprovals(41, 42);
    expect(messageOf(() => expect(recorded).toHaveRecordedOnce({ action: 'invoice.approve' }))).toBe(
      [
        'Expected one activity like {"action":"invoice.approve"} to have been recorded, found 2.',
        'Recorded (2):',
        '  1. invoice.approve success by user 7 (Ada) on Invoice 41',
        '  2. invoice.approve success by user 7 (Ada) on Invoice 42',
      ].join('\n'),
    );
    expect(messageOf(() => expect(recorded).toHaveRecordedNothing())).toMatch(/^Expected nothing to have been recorded\.\nRecorded \(2\):/);
    expect(messageOf(() => expect(recorded).not.toHaveRecorded({ target: { id: 41 } }))).toMatch(/^Expected an activity like .* not to have been recorded\./);
    expect(messageOf(() => expect(recorder()).not.toHaveRecordedNothing())).toBe('Expected something to have been recorded.\nNothing was recorded.');
  });

  test('list no more than the last twenty', async () => {
    const message = messageOf(() => undefined === expect(recordedMany).toHaveRecordedNothing());
    expect(message).toContain('Recorded (30):\n  … 10 earlier\n  11. ');
    expect(message.split('\n')).toHaveLength(23);
  });

  test('refuse a wrong pattern and what holds no activities, also when negated', () => {
    expect(() => expect(recorder()).not.toHaveRecorded({ actoin: 'x' } as never)).toThrow(/TESTKIT_PATTERN_INVALID/);
    expect(() => expect(recorder()).not.toHaveRecorded(undefined as never)).toThrow(/TESTKIT_PATTERN_INVALID/);
    expect(() => (expect('text') as unknown as { toHaveRecordedNothing(): void }).toHaveRecordedNothing()).toThrow(/TESTKIT_RECORD_INVALID/);
    expect(() => (expect(undefined) as unknown as { toHaveRecordedNothing(): void }).toHaveRecordedNothing()).toThrow(/TESTKIT_RECORD_INVALID/);
  });
});

const recordedMany = await recordedApprovals(...Array.from({ length: 30 }, (_, index) => index));
