import { memoryReader, memoryStore } from '@deedlog/core';
import type { ReadPolicy } from '@deedlog/core';
import { auditRouter, objectLog } from '@deedlog/trpc';
import { TRPCClientError } from '@trpc/client';
import { initTRPC, TRPCError } from '@trpc/server';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { invoices } from '../reader/support/log.ts';
import { serve, t } from './support.ts';
import type { AppContext } from './support.ts';

const activities = invoices(40);
const newest = activities.toReversed();
const store = memoryStore();
await store.write(activities);
const reader = memoryReader(store);

const policies: Readonly<Record<string, ReadPolicy>> = {
  '7': { tenants: 'all', models: 'all' },
  acme: { tenants: ['acme'], models: 'all', hide: { '*': ['actor'] } },
};
const authorize = ({ userId = '' }: AppContext): ReadPolicy | undefined => policies[userId];
const options = { reader, authorize };

const router = t.router({
  audit: auditRouter(t.procedure, options),
  invoice: { log: objectLog(t.procedure, 'Invoice', options) },
});

/** Who calls, without HTTP. */
const as = (userId: string | undefined) => router.createCaller({ userId });

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(() => 'answered', (error: unknown) => (error instanceof TRPCClientError ? (error.data as { code: string }).code : (error as TRPCError).code));
}

test('over HTTP: pages, one activity, histories, a chart, models; typed end to end', async () => {
  await using server = await serve(router);
  for (const client of [server.single, server.batch, server.stream]) {
    const page = await client.audit.list.query({ limit: 3, action: 'invoice.*', from: '2026-11-01T00:00:00Z' });
    expect([page.count, page.results.map(({ id }) => id)]).toEqual([40, newest.slice(0, 3).map(({ id }) => id)]);
    expect((await client.audit.list.query({ limit: 3, after: page.next ?? '' })).results[0]?.id).toBe(newest[3]?.id);
  }
  const { audit, invoice } = server.batch;
  expect((await audit.list.query()).results).toHaveLength(40);
  expect(await audit.get.query({ id: activities[7]?.id ?? '' })).toMatchObject({ objectType: 'Invoice', objectId: '7', actor: { id: 'bob' } });
  expect((await audit.history.query({ type: 'Invoice', id: '7' })).count).toBe(4);
  expect((await invoice.log.query({ id: '7', limit: 1 })).results[0]?.objectId).toBe('7');
  expect((await audit.actor.query({ id: 'ada' })).count).toBe(14);
  expect((await audit.access.query({ id: 'x' })).count).toBe(0);
  expect((await audit.chart.query({ from: '2026-11-01', until: '2026-11-02', buckets: 1 })).buckets).toMatchObject([{ success: 40 }]);
  expect((await audit.models.query()).map(({ name }) => name)).toEqual(['default']);
  expect(await audit.findings.query()).toEqual([]);
  const { cursor } = await audit.tail.query();
  expect((await audit.tail.query({ after: cursor, filter: { from: '2026-11-01' } })).results).toEqual([]);
});

const CALLS: Readonly<Record<string, (caller: ReturnType<typeof as>) => Promise<unknown>>> = {
  list: ({ audit }) => audit.list(),
  get: ({ audit }) => audit.get({ id: activities[1]?.id ?? '' }),
  history: ({ audit }) => audit.history({ type: 'Invoice', id: '1' }),
  actor: ({ audit }) => audit.actor({ id: 'ada' }),
  access: ({ audit }) => audit.access({ id: '1' }),
  chart: ({ audit }) => audit.chart(),
  tail: ({ audit }) => audit.tail(),
  models: ({ audit }) => audit.models(),
  findings: ({ audit }) => audit.findings(),
  log: ({ invoice }) => invoice.log({ id: '1' }),
};

describe('refusals', () => {
  test.for(Object.keys(CALLS))('%s: FORBIDDEN for a stranger and for nobody', async (name) => {
    for (const user of ['stranger', undefined]) expect(await codeOf(CALLS[name]?.(as(user)) ?? Promise.resolve())).toBe('FORBIDDEN');
  });

  test('no procedure is without a test', () => {
    expect(Object.keys(CALLS).toSorted()).toEqual([...Object.keys(auditRouter(t.procedure, options)), 'log'].toSorted());
  });

  test('another tenant, and hidden fields', async () => {
    const { audit, invoice } = as('acme');
    expect((await audit.list()).results.every(({ tenant, actor }) => tenant === 'acme' && actor === null)).toBe(true);
    expect((await audit.list()).count).toBe(20);
    expect(await codeOf(audit.list({ tenant: 'other' }))).toBe('FORBIDDEN');
    expect(await codeOf(audit.tail({ filter: { tenant: 'other' } }))).toBe('FORBIDDEN');
    expect(await codeOf(audit.findings())).toBe('FORBIDDEN');
    expect(await codeOf(audit.actor({ id: 'ada' }))).toBe('FORBIDDEN');
    expect(await codeOf(audit.get({ id: activities[1]?.id ?? '' }))).toBe('NOT_FOUND');
    expect((await invoice.log({ id: '1' })).count).toBe(0);
  });

  test('the base procedure’s own middleware refuses first; what authorize throws is the answer', async () => {
    const guarded = t.procedure.use(() => {
      throw new TRPCError({ code: 'UNAUTHORIZED' });
    });
    const refusing = t.router({ ...auditRouter(guarded, options), other: objectLog(t.procedure, 'Invoice', { reader, authorize: () => Promise.reject(new TRPCError({ code: 'PRECONDITION_FAILED' })) }) });
    expect(await codeOf(refusing.createCaller({ userId: '7' }).list())).toBe('UNAUTHORIZED');
    expect(await codeOf(refusing.createCaller({ userId: '7' }).other({ id: '1' }))).toBe('PRECONDITION_FAILED');
  });

  test('nothing starts without a reader and an authorize', () => {
    expect(() => auditRouter(t.procedure, { reader } as never)).toThrow(expect.objectContaining({ code: 'TRPC_READ_OPTIONS_MISSING' }));
    expect(() => objectLog(t.procedure, 'Invoice', { authorize } as never)).toThrow(expect.objectContaining({ code: 'TRPC_READ_OPTIONS_MISSING' }));
  });

  test('what the database says stays inside', async () => {
    const failing = { as: () => ({ list: () => Promise.reject(new Error('relation deedlog.activity is secret')) }) } as never;
    await using server = await serve(t.router(auditRouter(t.procedure, { reader: failing, authorize })));
    const error: unknown = await server.single.list.query().then(() => undefined, (thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: 'The log could not be read.', data: { code: 'INTERNAL_SERVER_ERROR' } });
  });
});

test.for([
  { limit: 0 }, { limit: 501 }, { limit: '5' }, { from: 'yesterday' }, { until: '2026-02-30' }, { from: 7 }, { actoin: 'x' }, { after: '!' }, { before: 7 }, { outcome: 'maybe' },
  { text: 'x'.repeat(201) }, { actor: 'ada' }, { actor: { name: 'x' } }, { target: { id: '7' } }, { columns: { x: 1 } }, 'text', [], 7, null,
])('%j is a BAD_REQUEST', async (input) => {
  expect(await codeOf(as('7').audit.list(input as never))).toBe('BAD_REQUEST');
});

test('property: any input is answered or refused by a code of the client’s', async () => {
  const keys = fc.constantFrom('limit', 'after', 'from', 'action', 'actor', 'target', 'text', 'filter', 'id', 'type', 'buckets', '__proto__', 'constructor');
  const input = fc.oneof(fc.dictionary(keys, fc.jsonValue()), fc.jsonValue());
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('list', 'get', 'history', 'actor', 'access', 'chart', 'tail') as fc.Arbitrary<'list'>, input, async (name, given) => {
      expect(['answered', 'BAD_REQUEST', 'FORBIDDEN', 'NOT_FOUND']).toContain(await codeOf(as('7').audit[name](given as never)));
    }),
    { numRuns: 300 },
  );
});

test('types: the context that authorize gets is that of the procedure', () => {
  const own = initTRPC.context<{ readonly user: { readonly isAuditor: boolean } | null }>().create();
  const signedIn = own.procedure.use(({ ctx, next }) => {
    if (ctx.user === null) throw new TRPCError({ code: 'UNAUTHORIZED' });
    return next({ ctx: { user: ctx.user } });
  });
  auditRouter(signedIn, { reader, authorize: ({ user }) => (user.isAuditor ? { tenants: 'all', models: 'all' } : undefined) });
  // @ts-expect-error nobody may be signed in here
  auditRouter(own.procedure, { reader, authorize: ({ user }) => (user.isAuditor ? { tenants: 'all', models: 'all' } : undefined) });
});
