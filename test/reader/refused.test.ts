import { createDeedlog, memoryStore, recordReads, userActor } from '@deedlog/core';
import type { ActivityPage } from '@deedlog/core';
import { auditHandler, objectLogHandler } from '@deedlog/http';
import type { AuditHandlerOptions } from '@deedlog/http';
import { historyElementScript, viewerPage } from '@deedlog/viewer';
import { describe, expect, test } from 'vitest';
import { decide, invoices, readerOf } from './support/log.ts';
import { serveHandler } from './support/serve.ts';
import type { Served } from './support/serve.ts';

const activities = invoices(40);
const ofOther = activities[1]?.id ?? '';
const ofAcme = activities[2]?.id ?? '';

async function served(options: Partial<AuditHandlerOptions> = {}): Promise<Served> {
  const reader = await readerOf(activities);
  return serveHandler(auditHandler({ reader, authorize: decide, viewer: viewerPage, historyElement: historyElementScript, ...options }));
}

const RESOURCES = [
  '', '/', '/history.js', '/api/activities', `/api/activities/${ofAcme}`, '/api/objects/Invoice/2', '/api/actors/ada', '/api/access/7', '/api/chart', '/api/findings',
  '/api/models', '/api/export', '/api/export?format=jsonl', '/api/tail', '/api/openapi.json', '/api/nothing',
].map((path) => `/audit${path}`);

describe('without authorisation', () => {
  test.for(RESOURCES)('%s is refused: 401 for nobody, 403 for a stranger', async (path) => {
    await using server = await served();
    const nobody = await server.get(path, null);
    expect([nobody.status, nobody.headers.has('www-authenticate')]).toEqual([401, true]);
    expect(await nobody.json()).toMatchObject({ code: 'HTTP_UNAUTHENTICATED' });
    const stranger = await server.get(path, 'stranger');
    expect(stranger.status).toBe(403);
    expect(await stranger.json()).toEqual({ code: 'READ_DENIED', message: expect.any(String), remedy: expect.any(String) });
  });

  test.for([null, undefined, false, true, {}, { tenants: [] , models: 'all' }, { tenants: 'all' }, 'all'])('a policy that grants nothing is a refusal: %j', async (policy) => {
    await using server = await served({ authorize: () => policy as never });
    expect((await server.get('/audit/api/activities')).status).toBe(403);
  });

  test('an authorize that fails refuses, and its message stays inside', async () => {
    const problems: unknown[] = [];
    await using server = await served({
      onProblem: (error) => problems.push(error),
      authorize: () => {
        throw new Error('password of the database: hunter2');
      },
    });
    const response = await server.get('/audit/api/activities');
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('hunter2');
    expect(String(problems[0])).toContain('hunter2');
  });

  test('a response of authorize is the answer', async () => {
    await using server = await served({ authorize: () => new Response(null, { status: 302, headers: { location: '/login' } }) });
    const response = await fetch(`${server.origin}/audit`, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([302, '/login']);
  });

  test('nothing starts without a reader and an authorize', async () => {
    const reader = await readerOf([]);
    expect(() => auditHandler({ reader } as never)).toThrow(expect.objectContaining({ code: 'HTTP_AUTHORIZE_MISSING' }));
    expect(() => auditHandler({ authorize: decide } as never)).toThrow(expect.objectContaining({ code: 'HTTP_READER_MISSING' }));
    expect(() => objectLogHandler('Invoice', { reader } as never)).toThrow(expect.objectContaining({ code: 'HTTP_AUTHORIZE_MISSING' }));
    const deedlog = createDeedlog({ store: memoryStore(), actor: () => undefined, actions: { 'page.open': {} } });
    for (const reports of [{}, { deedlog, actions: ['page.open'] }, { deedlog, actions: [], authorize: () => true }, { deedlog, actions: ['page.close'], authorize: () => true }]) {
      expect(() => auditHandler({ reader, authorize: decide, reports } as never)).toThrow(expect.objectContaining({ code: 'HTTP_REPORTS_INVALID' }));
    }
  });
});

test('reads are recorded where the reader records them, one for each resource, and nothing is read that was not', async () => {
  const store = memoryStore();
  let broken = false;
  const deedlog = createDeedlog({ store: { write: (written) => (broken ? Promise.reject(new Error('full')) : store.write(written)) }, actor: () => undefined, onProblem: () => undefined, onFailure: 'open' });
  const reader = recordReads(await readerOf(activities), { deedlog, people: ['Invoice'] });
  const audit = auditHandler({ reader, authorize: (request) => ({ tenants: 'all', models: 'all', reader: userActor(request.headers.get('x-user') ?? '?') }) });
  const get = (path: string): Promise<Response> => audit(new Request(`http://localhost/audit/api/${path}`, { headers: { 'x-user': 'carol' } }));
  for (const path of ['activities?action=invoice.*', `activities/${ofAcme}`, 'objects/Invoice/2', 'actors/ada', 'access/2', 'chart', 'findings', 'export?format=jsonl', 'tail']) await (await get(path)).body?.cancel();
  expect(store.activities.map(({ action, actorId, metadata }) => [action, actorId, metadata['read']])).toEqual(
    ['list', 'get', 'history', 'actor', 'access', 'chart', 'findings', 'list', 'tail'].map((read) => ['audit.read', 'carol', read]),
  );
  expect(store.activities[2]).toMatchObject({ targetType: 'Invoice', targetId: '2', related: [{ role: 'data-subject', id: '2' }] });
  broken = true;
  const unrecorded = await get('activities');
  expect([unrecorded.status, await unrecorded.text()]).toEqual([403, expect.not.stringContaining('invoice.approve')]);
});

describe('across tenants', () => {
  const LISTINGS = ['/api/activities', '/api/objects/Invoice/1', '/api/objects/Invoice/2', '/api/access/7', '/api/export?format=jsonl'];

  test.for(LISTINGS)('%s holds one tenant alone', async (path) => {
    await using server = await served();
    const everything = await (await server.get(`/audit${path}`)).text();
    const own = await (await server.get(`/audit${path}`, 'acme')).text();
    expect(own).not.toContain('"tenant":"other"');
    expect(everything.includes('"tenant":"other"')).toBe(path.endsWith('/1') || path === '/api/activities' || path.includes('export'));
  });

  test('what is asked for of another tenant is refused or not there', async () => {
    await using server = await served();
    for (const path of ['activities?tenant=other', 'chart?tenant=other', 'export?tenant=other', 'tail?tenant=other', 'objects/Invoice/1?tenant=other', 'findings', 'activities?unexplained=1']) {
      expect([path, (await server.get(`/audit/api/${path}`, 'acme')).status]).toEqual([path, 403]);
    }
    expect((await server.get(`/audit/api/activities/${ofOther}`, 'acme')).status).toBe(404);
    expect((await server.get(`/audit/api/activities/${ofAcme}`, 'acme')).status).toBe(200);
    const chart = await (await server.get('/audit/api/chart?from=2026-01-01&until=2027-01-01&buckets=1', 'acme')).json() as { buckets: { success: number }[] };
    expect(chart.buckets[0]?.success).toBe(20);
  });

  test('hidden fields leave by no way, and are not asked for', async () => {
    await using server = await served();
    for (const path of ['activities', `activities/${ofAcme}`, 'objects/Invoice/2', 'export', 'export?format=jsonl']) {
      const text = await (await server.get(`/audit/api/${path}`, 'acme')).text();
      expect(text).not.toMatch(/\bada\b|\bbob\b|Somebody/);
      expect(text).toContain('invoice.approve');
    }
    for (const path of ['actors/ada', 'activities?actor=ada']) expect((await server.get(`/audit/api/${path}`, 'acme')).status).toBe(403);
  });
});

describe('HTTP', () => {
  test('the log is only read', async () => {
    await using server = await served();
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const response = await fetch(`${server.origin}/audit/api/activities`, { method, headers: { 'x-user': 'auditor' } });
      expect([method, response.status, response.headers.get('allow')]).toEqual([method, 405, 'GET, HEAD']);
      expect(await response.json()).toMatchObject({ code: 'HTTP_METHOD_NOT_ALLOWED' });
    }
    expect((await fetch(`${server.origin}/audit/api/reports`, { method: 'POST', headers: { 'x-user': 'auditor' } })).status).toBe(404);
  });

  test.for(RESOURCES)('%s: safe headers, no CORS, and HEAD says the same without a body', async (path) => {
    await using server = await served();
    const controller = new AbortController();
    const got = await fetch(`${server.origin}${path}`, { headers: { 'x-user': 'auditor', origin: 'https://evil.example' }, signal: controller.signal });
    expect(got.headers.get('x-content-type-options')).toBe('nosniff');
    expect(got.headers.get('referrer-policy')).toBe('no-referrer');
    if (path.includes('/api/')) expect([got.headers.get('cache-control'), got.headers.get('cross-origin-resource-policy')]).toEqual(['no-store', 'same-origin']);
    expect(got.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect([...got.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    const head = await fetch(`${server.origin}${path}`, { method: 'HEAD', headers: { 'x-user': 'auditor' } });
    expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([got.status, got.headers.get('content-type'), '']);
    controller.abort();
  });

  test('an object’s own log: with the whole answer, for whom the object is', async () => {
    const asked: unknown[] = [];
    const reader = await readerOf(activities);
    const log = objectLogHandler('Invoice', {
      reader,
      authorize: (request, _host, object) => {
        asked.push(object);
        return decide(request);
      },
    });
    await using server = await serveHandler(log);
    const page = await (await server.get('/api/v1/invoices/3/log?limit=2')).json() as ActivityPage;
    expect([page.count, page.results.map(({ objectId }) => objectId)]).toEqual([4, ['3', '3']]);
    expect(asked).toEqual([{ type: 'Invoice', id: '3' }]);
    expect((await server.get('/invoices/3/log', null)).status).toBe(401);
    expect((await server.get('/invoices/3/log', 'stranger')).status).toBe(403);
    expect((await (await server.get('/invoices/3/log', 'acme')).json() as ActivityPage).count).toBe(0);
    expect((await server.get('/invoices/a%2Fb/log')).status).toBe(200);
    expect(asked.at(-1)).toEqual({ type: 'Invoice', id: 'a/b' });
    expect((await server.get('/invoices/%ff/log')).status).toBe(400);
    expect((await server.get('/invoices/3/log?limit=9999')).status).toBe(400);
    expect((await server.get('/invoices/3/other')).status).toBe(404);
  });
});
