import { memoryStore } from '@deedlog/core';
import { createDeedlog, userActor } from '@deedlog/core';
import { recorder } from '@deedlog/testkit';
import type { ActivityPattern } from '@deedlog/testkit';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { approve, deedlogOver } from './support.ts';

describe('a recorder', () => {
  test('as the store has what was recorded, in its order, until it is cleared', async () => {
    const recorded = recorder();
    const deedlog = deedlogOver(recorded.store);
    await approve(deedlog, 1);
    await approve(deedlog, 2);
    expect(recorded.activities.map(({ targetId }) => targetId)).toEqual(['1', '2']);
    expect(recorded.find({ target: { id: 2 } })).toEqual([recorded.activities[1]]);
    recorded.clear();
    expect(recorded.activities).toEqual([]);
    await approve(deedlog, 3);
    expect(recorded.activities).toHaveLength(1);
  });

  test('as a sink stands beside the application’s own store', async () => {
    const [recorded, store] = [recorder(), memoryStore()];
    const deedlog = createDeedlog({ store, sinks: [recorded.sink], actor: () => userActor('7') });
    await deedlog.run({ host: {} }, () => deedlog.trackActivity({ action: 'invoice.view' }));
    await deedlog.close();
    expect(recorded.activities).toEqual(store.activities);
    expect(recorded.activities).toHaveLength(1);
  });

  test('works with any test runner: only the sub-path imports vitest', () => {
    const folder = join(import.meta.dirname, '../../packages/testkit/src');
    const importing = readdirSync(folder).filter((file) => /from 'vitest'/.test(readFileSync(join(folder, file), 'utf8')));
    expect(importing).toEqual(['vitest.ts']);
  });
});

describe('a pattern', () => {
  async function counts(pattern: ActivityPattern): Promise<number> {
    const recorded = recorder();
    await approve(deedlogOver(recorded.store), 42, { level: 2, nested: { flag: true, more: [1, { a: 'b' }] } });
    return recorded.find(pattern).length;
  }

  test.each<[string, ActivityPattern]>([
    ['nothing in particular', {}],
    ['undefined parts', { action: undefined, actor: undefined }],
    ['the action', { action: 'invoice.approve' }],
    ['a regular expression', { action: /^invoice\./ }],
    ['an expression with a memory', { action: /invoice/g }],
    ['an asymmetric matcher', { action: expect.stringContaining('approve') as never, metadata: { level: expect.any(Number) as unknown } }],
    ['the actor by a number', { actor: { id: 7 } }],
    ['the actor by a text', { actor: { kind: 'user', id: '7', label: 'Ada' } }],
    ['the actor by a bigint', { actor: { id: 7n } }],
    ['the target', { target: { type: 'Invoice', id: 42 } }],
    ['one of the related', { related: [{ role: 'folder', id: 3 }] }],
    ['the rendered message', { message: 'Invoice 42 approved' }],
    ['the reason and the outcome', { reason: 'within the budget', outcome: 'success' }],
    ['parts of the metadata', { metadata: { nested: { more: [1, { a: 'b' }] } } }],
    ['what is not known', { tool: null, input: null, causationId: null, outcomeCode: null }],
    ['observer and source', { observer: 'manual', source: 'app' }],
  ])('matches by %s', async (_name, pattern) => {
    expect(await counts(pattern)).toBe(1);
  });

  test.each<[string, ActivityPattern]>([
    ['another action', { action: 'invoice.reject' }],
    ['a part of the action', { action: 'invoice' }],
    ['another actor', { actor: { id: '8' } }],
    ['no actor', { actor: null }],
    ['another kind with the same id', { actor: { kind: 'system', id: '7' } }],
    ['no target', { target: null }],
    ['a related one that is not there', { related: [{ role: 'folder', id: 3 }, { role: 'owner' }] }],
    ['metadata that is not there', { metadata: { absent: null } }],
    ['a text instead of a number', { metadata: { level: '2' } }],
    ['a shorter list', { metadata: { nested: { more: [1] } } }],
    ['an object for a list', { metadata: { nested: { more: {} } } }],
    ['another outcome', { outcome: 'denied' }],
    ['a context that is not there', { context: { ip: '192.0.2.1' } }],
    ['an asymmetric matcher that refuses', { reason: expect.stringContaining('nothing') as never }],
  ])('does not match by %s', async (_name, pattern) => {
    expect(await counts(pattern)).toBe(0);
  });

  test('can be a test of one’s own', async () => {
    const recorded = recorder();
    await approve(deedlogOver(recorded.store), 42);
    expect(recorded.find(({ targetId }) => targetId === '42')).toHaveLength(1);
    expect(recorded.find(() => false)).toEqual([]);
  });

  test('with a key that no activity has is an error, even where nothing was recorded', () => {
    expect(() => recorder().find({ acton: 'invoice.approve' } as never)).toThrow(expect.objectContaining({ code: 'TESTKIT_PATTERN_INVALID' }));
    expect(() => recorder().find(undefined as never)).toThrow(expect.objectContaining({ code: 'TESTKIT_PATTERN_INVALID' }));
  });
});
