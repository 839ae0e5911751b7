import { createDeedlog, DATA_SUBJECT, memoryReader, memoryStore, recordReads, userActor } from '@deedlog/core';
import { expect, test } from 'vitest';
import { EVERYTHING, nth } from '../contract/reader.ts';

function setUp() {
  const store = memoryStore();
  const deedlog = createDeedlog({ actor: () => undefined, store });
  const reader = recordReads(memoryReader(store), { deedlog, people: ['Patient'] });
  return { store, reader, deedlog, view: reader.as({ ...EVERYTHING, reader: userActor('auditor') }) };
}

test('each read is an activity of who reads, with what was asked for', async () => {
  const { store, view } = setUp();
  await view.list({ action: 'invoice.*' });
  expect(store.activities).toMatchObject([{ action: 'audit.read', actorId: 'auditor', metadata: { read: 'list', action: 'invoice.*' }, outcome: 'success' }]);
});

test('reading a person’s history goes into the person’s own access log, and so does reading that log', async () => {
  const { store, view } = setUp();
  await store.write([nth(0, { targetType: 'Patient', targetId: '7', related: [{ role: DATA_SUBJECT, type: 'Patient', id: '7', label: null }] })]);
  await view.history({ type: 'Patient', id: '7' });
  await view.history({ type: 'Invoice', id: '7' });
  expect((await view.access('7')).results.map(({ metadata }) => metadata['read'])).toEqual(['history', undefined]);
  expect((await view.access('7')).results).toHaveLength(3);
});

test('what was not recorded is not read; what is refused is no read', async () => {
  const { store, view, reader, deedlog } = setUp();
  await expect(view.list({ limit: 0 })).rejects.toMatchObject({ code: 'QUERY_INVALID' });
  expect(() => reader.as(EVERYTHING)).toThrow(expect.objectContaining({ code: 'READ_DENIED' }));
  expect(store.activities).toEqual([]);
  await deedlog.close();
  await expect(view.list()).rejects.toMatchObject({ code: 'CLOSED' });
});
