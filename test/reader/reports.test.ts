import { createDeedlog, defineActions, memoryReader, memoryStore, userActor } from '@deedlog/core';
import type { MemoryStore, Store } from '@deedlog/core';
import { auditHandler } from '@deedlog/http';
import type { ReportLimiter, ReportsOptions } from '@deedlog/http';
import { RateLimiterMemory, RateLimiterPostgres } from 'rate-limiter-flexible';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { databaseKind, testDatabase } from '../support/database.ts';
import { decide } from './support/log.ts';
import { serveHandler } from './support/serve.ts';
import type { Served } from './support/serve.ts';

interface Host {
  readonly user: string | null;
  readonly ip: string;
}

const actions = defineActions({
  'report.print': { metadata: z.strictObject({ pages: z.number() }) },
  'page.open': { tool: 'navigation' },
  'record.break-glass': { reason: 'required' },
  'invoice.approve': {},
});

interface Bench extends Served {
  readonly store: MemoryStore;
  /** POST of a report as a user. */
  send(body: unknown, options?: { readonly user?: string | null; readonly type?: string | null; readonly ip?: string }): Promise<{ status: number; body: Record<string, unknown>; headers: Headers }>;
}

async function bench(options: Partial<ReportsOptions<Host>> & { readonly writes?: Store } = {}): Promise<Bench> {
  const { writes, ...reports } = options;
  const store = memoryStore();
  const deedlog = createDeedlog({
    store: writes ?? store,
    actions,
    onFailure: 'open',
    onProblem: () => undefined,
    actor: ({ user }: Host) => (user === null ? undefined : userActor(user)),
    context: ({ ip }: Host) => ({ ip }),
  });
  const handler = auditHandler<Host>({
    reader: memoryReader(store),
    authorize: decide,
    reports: {
      deedlog,
      actions: ['report.print', 'page.open', 'record.break-glass'],
      authorize: (_request, { user }) => (user === null ? 'unauthenticated' : user !== 'stranger'),
      ...reports,
    },
  });
  const server = await serveHandler((request) => handler(request, { user: request.headers.get('x-user'), ip: request.headers.get('x-ip') ?? '192.0.2.1' }));
  return {
    ...server,
    store,
    async send(body, { user = 'ada', type = 'application/json', ip = '192.0.2.1' } = {}) {
      const response = await fetch(`${server.origin}/audit/api/reports`, {
        method: 'POST',
        headers: { ...(user === null ? {} : { 'x-user': user }), ...(type === null ? {} : { 'content-type': type }), 'x-ip': ip },
        body: typeof body === 'string' || body instanceof Uint8Array ? (body as never) : JSON.stringify(body),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown>, headers: response.headers };
    },
  };
}

test('a report is recorded by whom the server knows, now, and marked as a client’s', async () => {
  await using server = await bench();
  const { status, body } = await server.send({ action: 'report.print', target: { type: 'Report', id: 7 }, metadata: { pages: 3 } });
  expect(status).toBe(201);
  const [activity] = server.store.activities;
  expect(body).toEqual({ id: activity?.id });
  expect(activity).toMatchObject({ action: 'report.print', actorId: 'ada', targetType: 'Report', targetId: '7', metadata: { pages: 3 }, tool: 'client-report', context: { ip: '192.0.2.1' } });
  expect(Date.now() - (activity?.occurredAt.getTime() ?? 0)).toBeLessThan(5000);
  expect((await server.send({ action: 'page.open' }, { type: 'Application/JSON; charset=utf-8' })).status).toBe(201);
  expect(server.store.activities[1]?.tool).toBe('client-report');
  expect((await server.send({ action: 'record.break-glass', reason: 'emergency' })).status).toBe(201);
});

test.for([
  ['no JSON', '{', 'HTTP_REPORT_INVALID'],
  ['nothing', '', 'HTTP_REPORT_INVALID'],
  ['no object', [], 'HTTP_REPORT_INVALID'],
  ['no UTF-8', new Uint8Array([0x7b, 0xff, 0x7d]), 'HTTP_REPORT_INVALID'],
  ['an actor', { action: 'page.open', actor: { kind: 'user', id: 'bob' } }, 'HTTP_REPORT_INVALID'],
  ['a time', { action: 'page.open', occurredAt: '2020-01-01' }, 'HTTP_REPORT_INVALID'],
  ['a context', { action: 'page.open', context: { ip: '127.0.0.1' } }, 'HTTP_REPORT_INVALID'],
  ['a tool', { action: 'page.open', tool: 'admin' }, 'HTTP_REPORT_INVALID'],
  ['an outcome', { action: 'page.open', outcome: 'denied' }, 'HTTP_REPORT_INVALID'],
  ['a label', { action: 'page.open', target: { type: 'Page', id: '1', label: 'x' } }, 'HTTP_REPORT_INVALID'],
  ['a target without id', { action: 'page.open', target: { type: 'Page' } }, 'HTTP_REPORT_INVALID'],
  ['an empty target', { action: 'page.open', target: { type: '', id: '' } }, 'TARGET_INVALID'],
  ['wrong metadata', { action: 'report.print', metadata: { pages: 'three' } }, 'METADATA_INVALID'],
  ['no metadata where they must be', { action: 'report.print' }, 'METADATA_INVALID'],
  ['no reason where it must be', { action: 'record.break-glass' }, 'REASON_MISSING'],
] as const)('%s is refused with 400', async ([, report, code]) => {
  await using server = await bench();
  const { status, body } = await server.send(report);
  expect([status, body['code']]).toEqual([400, code]);
  expect(server.store.activities).toEqual([]);
});

test('only what the host lists, by whom it allows', async () => {
  await using server = await bench();
  for (const action of ['invoice.approve', 'no.such', 'auth.login', '__proto__']) expect([action, (await server.send({ action })).status]).toEqual([action, 403]);
  const nobody = await server.send({ action: 'page.open' }, { user: null });
  expect([nobody.status, nobody.body['code'], nobody.headers.has('www-authenticate')]).toEqual([401, 'HTTP_UNAUTHENTICATED', true]);
  expect((await server.send({ action: 'page.open' }, { user: 'stranger' })).status).toBe(403);
  expect(server.store.activities).toEqual([]);
  const get = await server.get('/audit/api/reports', 'ada');
  expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
});

test('what a form of another site can send is refused', async () => {
  await using server = await bench();
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain; application/json', null]) {
    const { status, headers } = await server.send(new TextEncoder().encode('{"action":"page.open"}'), { type });
    expect([type, status, headers.has('access-control-allow-origin')]).toEqual([type, 415, false]);
  }
  expect(server.store.activities).toEqual([]);
});

test('a body is bounded, also where its length is not told', async () => {
  await using server = await bench();
  const large = JSON.stringify({ action: 'page.open', metadata: { text: 'x'.repeat(65_536) } });
  expect((await server.send(large)).status).toBe(413);
  let sent = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 16_384;
      if (sent > 50_000_000) controller.close();
      else controller.enqueue(new Uint8Array(16_384).fill(0x20));
    },
  });
  const response = await fetch(`${server.origin}/audit/api/reports`, { method: 'POST', headers: { 'x-user': 'ada', 'content-type': 'application/json' }, body: endless, duplex: 'half' } as RequestInit).then(({ status }) => status, () => 413);
  expect(response).toBe(413);
  expect(sent).toBeLessThan(50_000_000);
  expect((await server.send(large.replace('x'.repeat(40_000), ''))).status).toBe(201);
});

test('reports are limited for each address, or for what the host takes for one client', async () => {
  await using server = await bench({ limit: { reports: 3, seconds: 60 } });
  const statuses: number[] = [];
  for (let n = 0; n < 5; n++) statuses.push((await server.send({ action: 'page.open' })).status);
  expect(statuses).toEqual([201, 201, 201, 429, 429]);
  const limited = await server.send({ action: 'page.open' });
  expect(limited.body['code']).toBe('HTTP_REPORT_LIMITED');
  expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await server.send({ action: 'page.open' }, { ip: '192.0.2.2' })).status).toBe(201);
  await using other = await bench({ limit: { reports: 1, seconds: 60 }, clientKey: (_request, { user }) => user ?? undefined });
  expect([(await other.send({ action: 'page.open' })).status, (await other.send({ action: 'page.open' })).status, (await other.send({ action: 'page.open' }, { user: 'bob' })).status]).toEqual([201, 429, 201]);
});

test('processes that share a limiter share a limit', async () => {
  const limiter = new RateLimiterMemory({ points: 3, duration: 60 });
  await expectShared(limiter, limiter);
});

test.skipIf(databaseKind === 'pglite')('processes that share a limiter in a database share a limit', async () => {
  await using database = await testDatabase({ migrated: false });
  const limiter = (): Promise<ReportLimiter> =>
    new Promise((resolve, reject) => {
      const made: ReportLimiter = new RateLimiterPostgres({ storeClient: database.client, points: 3, duration: 60, clearExpiredByTimeout: false }, (error) => (error === undefined ? resolve(made) : reject(error)));
    });
  await expectShared(await limiter(), await limiter());
});

/** Three reports in all are taken of one client, whichever of two servers it sends them to. */
async function expectShared(one: ReportLimiter, other: ReportLimiter): Promise<void> {
  await using first = await bench({ limiter: one });
  await using second = await bench({ limiter: other });
  const statuses: number[] = [];
  for (const server of [first, second, first, second, first]) statuses.push((await server.send({ action: 'page.open' })).status);
  expect(statuses).toEqual([201, 201, 201, 429, 429]);
  const limited = await second.send({ action: 'page.open' });
  expect(limited.body['code']).toBe('HTTP_REPORT_LIMITED');
  expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(50);
  expect((await second.send({ action: 'page.open' }, { ip: '192.0.2.2' })).status).toBe(201);
}

test('while its limiter fails nothing is taken, and the answer does not say why', async () => {
  await using server = await bench({ limiter: { consume: () => Promise.reject(Object.assign(new Error('redis://secret'), { msBeforeNext: 5 })) } });
  const { status, body } = await server.send({ action: 'page.open' });
  expect([status, JSON.stringify(body)]).toEqual([500, expect.not.stringContaining('secret')]);
  expect(server.store.activities).toEqual([]);
});

test.for([{ limiter: {} }, { limiter: new RateLimiterMemory({ points: 1, duration: 1 }), limit: { reports: 1, seconds: 1 } }])('a limiter that cannot be is refused at once', async (options) => {
  await expect(bench(options as never)).rejects.toMatchObject({ code: 'HTTP_REPORTS_INVALID' });
});

test('what was not stored is not confirmed', async () => {
  const writes: Store = { write: () => Promise.reject(new Error('disk full of secrets')) };
  await using server = await bench({ writes });
  const { status, body } = await server.send({ action: 'page.open' });
  expect([status, body['code']]).toEqual([503, 'HTTP_REPORT_LOST']);
  expect(JSON.stringify(body)).not.toContain('secrets');
});
