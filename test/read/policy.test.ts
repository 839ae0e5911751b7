import { DATA_SUBJECT, memoryReader, memoryStore } from '@deedlog/core';
import type { ActivityQuery, Effect, Reader, ReadPolicy } from '@deedlog/core';
import { createTextIndex, insertRecords, postgresReader } from '@deedlog/postgres';
import { describe, expect, test } from 'vitest';
import { EVERYTHING, nth } from '../contract/reader.ts';
import { sampleActivity } from '../contract/sample-activity.ts';
import { testDatabase } from '../support/database.ts';

const denied = { code: 'READ_DENIED' };

test.each([undefined, null, {}, { tenants: 'all' }, { tenants: [], models: 'all' }, { tenants: 'all', models: [] }, { tenants: 'ALL', models: 'all' }, { tenants: [null], models: 'all' }, { tenants: 'all', models: 'all', hide: { '*': 'email' } }])(
  'nothing is read with the policy %j',
  (policy) => {
    expect(() => memoryReader(memoryStore()).as(policy as ReadPolicy)).toThrow(expect.objectContaining(denied));
  },
);

describe('tenants', () => {
  const alike = { actorId: '7', actorKind: 'user', correlationId: 'c', targetType: 'Thing', targetId: '1', related: [{ role: DATA_SUBJECT, type: 'P', id: '9', label: null }], reason: 'word' } as const;
  const acme = nth(0, { ...alike, tenant: 'acme' });
  const globex = nth(1, { ...alike, tenant: 'globex' });
  const none = nth(2, { ...alike, tenant: null });
  const effects: Effect[] = [acme, globex, none].map(({ id }) => ({ table: 'public.thing', op: 'U', key: '1', changes: { status: ['a', 'b'] }, activityId: id }));
  const unexplained: Effect = { table: 'public.thing', op: 'D', key: '1', changes: {}, activityId: null };

  test('no way of reading crosses them', async () => {
    await using database = await testDatabase();
    await insertRecords(database.client, { activities: [acme, globex, none], effects: [...effects, unexplained] });
    await createTextIndex(database.client);
    const reader = postgresReader(database.client, { tables: { Thing: 'public.thing' } });
    const view = reader.as({ tenants: ['acme'], models: 'all' });
    const filters: ActivityQuery[] = [{}, { tenant: 'acme' }, { actor: { id: '7' } }, { target: { type: 'Thing', id: '1' } }, { correlationId: 'c' }, { action: 'invoice.approve' }, { action: 'invoice.*' }, { text: 'word' }];
    const pages = [...filters.map((filter) => view.list(filter)), view.history({ type: 'Thing', id: '1' }), view.history({ type: 'public.thing', id: '1' }), view.actor('7'), view.access('9')];
    for (const page of await Promise.all(pages)) expect([page.results.map(({ id }) => id), page.count]).toEqual([[acme.id], 1]);
    expect(await view.get(acme.id)).toMatchObject({ tenant: 'acme' });
    expect(await view.get(globex.id)).toBeUndefined();
    expect(await view.get(none.id)).toBeUndefined();
    expect(await view.get('00000000-0000-0000-0000-000000000004')).toBeUndefined();
    const chart = await view.chart({ from: acme.occurredAt, until: nth(3).occurredAt, buckets: 1 });
    expect(chart.buckets[0]?.success).toBe(1);
    await expect(view.list({ tenant: 'globex' })).rejects.toMatchObject(denied);
    await expect(view.list({ unexplained: true })).rejects.toMatchObject(denied);
    await expect(view.findings()).rejects.toMatchObject(denied);
    expect((await reader.as({ tenants: ['nobody'], models: 'all' }).list()).results).toEqual([]);
    expect((await reader.as(EVERYTHING).list()).count).toBe(3);
  });

  test('a cursor of one reader does not open another’s tenant', async () => {
    await using database = await testDatabase();
    await insertRecords(database.client, { activities: [acme, globex, none], effects: [] });
    const reader = postgresReader(database.client);
    const { next } = await reader.as(EVERYTHING).list({ limit: 1 });
    const page = await reader.as({ tenants: ['acme'], models: 'all' }).list({ after: next ?? '' });
    expect(page.results.map(({ tenant }) => tenant)).toEqual(['acme']);
  });
});

test('models that the policy does not name are not told from those that do not exist', async () => {
  const view = memoryReader(memoryStore()).as({ tenants: 'all', models: ['default'] });
  await expect(view.list({ model: 'quality' })).rejects.toMatchObject(denied);
  await expect(view.list({ model: 'none' })).rejects.toMatchObject(denied);
  expect(await view.models()).toEqual([{ name: 'default', default: true, columns: [], hidden: [] }]);
});

describe('hidden fields', () => {
  const canary = 'CANARY4711';
  const activity = sampleActivity({
    input: { email: canary, nested: { E_mail: canary, kept: 1, list: [{ email: canary }] } },
    metadata: { email: canary, deep: [{ 'user.email': canary }] },
    context: { ip: '192.0.2.1', userAgent: canary, requestId: 'r' },
    changes: { 'contact.email': { old: canary, new: null }, contact: { old: { email: canary, phone: 1 }, new: null }, status: { old: 1, new: 2 } },
    message: 'mailed {actor.email} and {who}',
    messageValues: { 'actor.email': canary, who: { email: canary, name: 'Ada' } },
    reason: canary,
  });
  const effect: Effect = { table: 'public.person', op: 'U', key: '1', changes: { email: [canary, null], address: [{ email: canary }, null], name: ['a', 'b'] }, activityId: activity.id };
  const policy: ReadPolicy = { ...EVERYTHING, hide: { '*': ['email', 'reason'], default: ['userAgent'] } };

  const withReader = async (body: (reader: Reader) => Promise<void>): Promise<void> => {
    await using database = await testDatabase();
    await insertRecords(database.client, { activities: [activity], effects: [effect, { ...effect, activityId: null }] });
    await body(postgresReader(database.client, { findings: () => Promise.resolve([{ kind: 'x', table: null, key: null, field: 'email', at: null, databaseUser: null, transaction: null, activityId: null, detail: canary }]) }));
  };

  test('never leave the reader', async () => {
    await withReader(async (reader) => {
      const view = reader.as(policy);
      const all = [await view.list(), await view.get(activity.id), await view.history({ type: 'public.person', id: '1' }), await view.list({ unexplained: true }), await view.findings(), await view.actor('7')];
      expect(JSON.stringify(all)).not.toContain(canary);
      expect(await view.get(activity.id)).toMatchObject({
        message: 'mailed {actor.email} and {"name":"Ada"}', reason: null, input: { nested: { kept: 1, list: [{}] } }, context: { ip: '192.0.2.1', requestId: 'r' },
        changes: [{ field: 'status', old: 1, new: 2 }, { field: 'contact', old: { phone: 1 } }], effects: [{ changes: { address: [{}, null], name: ['a', 'b'] } }],
      });
      expect(JSON.stringify(await reader.as(EVERYTHING).list())).toContain(canary);
    });
  });

  test('cannot be guessed by filters or text', async () => {
    await withReader(async (reader) => {
      const view = reader.as(policy);
      expect((await reader.as(EVERYTHING).list({ text: canary })).results).toHaveLength(1);
      expect(await view.list({ text: canary })).toMatchObject({ results: [], count: 0 });
      expect((await view.list({ text: 'ada' })).results).toHaveLength(1);
      for (const [hidden, query] of [['context', { requestId: 'r' }], ['actor', { actor: { id: '7' } }], ['objectId', { target: { type: 'a', id: '1' } }], ['correlation_id', { correlationId: 'c' }]] as const) {
        await expect(reader.as({ ...EVERYTHING, hide: { default: [hidden] } }).list(query), hidden).rejects.toMatchObject(denied);
      }
      await expect(reader.as({ ...EVERYTHING, hide: { '*': ['objectId'] } }).history({ type: 'a', id: '1' })).rejects.toMatchObject(denied);
    });
  });

  test('a policy that the host changes later stays as it was', () => {
    const tenants = ['acme'];
    const view = memoryReader(memoryStore()).as({ tenants, models: 'all' });
    tenants.push('globex');
    return expect(view.list({ tenant: 'globex' })).rejects.toMatchObject(denied);
  });
});
