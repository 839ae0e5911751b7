import { defineActions, userActor } from '@deedlog/core';
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { inMemory } from './support/set-up.ts';

const actor = userActor(7);

describe.each([
  ['zod', z.object({ pages: z.number() })],
  ['zod, asynchronous', z.object({ pages: z.number() }).refine(async ({ pages }) => Promise.resolve(pages > 0))],
  ['valibot', v.object({ pages: v.number() })],
  ['arktype', type({ pages: 'number' })],
])('metadata by %s', (_, metadata) => {
  const actions = defineActions({ 'report.print': { metadata } });

  test('that fits is stored', async () => {
    const { deedlog, only } = inMemory({ actions });
    await deedlog.trackActivity({ action: 'report.print', actor, metadata: { pages: 3 } });
    expect(only().metadata).toEqual({ pages: 3 });
  });

  test.each([[{ pages: 'secret value' }], [{}], [undefined]])('that does not (%o) is refused without quoting its values', async (given) => {
    const { deedlog, store } = inMemory({ actions });
    const refused = deedlog.trackActivity({ action: 'report.print', actor, metadata: given } as never);
    await expect(refused).rejects.toMatchObject({ code: 'METADATA_INVALID', message: expect.stringContaining('report.print: pages') });
    await expect(refused).rejects.not.toThrow(/secret value/);
    expect(store.activities).toEqual([]);
  });

  test('of an intent that does not fit is stored with its problem, for the act is over', async () => {
    const { deedlog, only, codes } = inMemory({ actions });
    await deedlog.withIntent({ action: 'report.print', host: {} }, (audit) => audit.metadata({ pages: 'three' }));
    expect([only().metadata, codes()]).toEqual([{ pages: 'three', 'deedlog.problems': ['METADATA_INVALID'] }, ['METADATA_INVALID']]);
  });

  test('is not asked of an act that failed before it could say', async () => {
    const { deedlog, codes } = inMemory({ actions });
    await deedlog.withIntent({ action: 'report.print', host: {} }, () => Promise.reject(new Error('no paper'))).catch(() => undefined);
    expect(codes()).toEqual([]);
  });
});

test('a schema that throws or rejects is a problem with the metadata', async () => {
  for (const validate of [() => { throw new Error('broken'); }, () => Promise.reject(new Error('broken'))]) {
    const { deedlog } = inMemory({ actions: { 'a.b': { metadata: { '~standard': { version: 1, vendor: 'own', validate } } } } });
    await expect(deedlog.trackActivity({ action: 'a.b', actor, metadata: {} } as never)).rejects.toMatchObject({ code: 'METADATA_INVALID' });
  }
});

test('defineActions refuses a name that is not resource.verb', () => {
  for (const name of ['invoice', 'Invoice.approve', 'invoice.', '.approve', 'invoice approve', 'rechnung.prüfen']) {
    expect(() => defineActions({ [name]: {} }), name).toThrow(expect.objectContaining({ code: 'ACTION_INVALID' }));
  }
  expect(defineActions({ 'invoice.line-item.approve_2': {} })).toEqual({ 'invoice.line-item.approve_2': {} });
});
