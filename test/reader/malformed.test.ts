import { auditHandler } from '@deedlog/http';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide, invoices, readerOf } from './support/log.ts';
import { serveHandler } from './support/serve.ts';

const handler = auditHandler({ reader: await readerOf(invoices(20)), authorize: decide, base: 'log/' });
const get = (path: string): Promise<Response> => handler(new Request(`http://localhost/log${path}`, { headers: { 'x-user': 'auditor' } }));

const MALFORMED = [
  ['/api/activities?limit=0', 'QUERY_INVALID'],
  ['/api/activities?limit=501', 'QUERY_INVALID'],
  ['/api/activities?limit=1e2', 'HTTP_PARAMETER_INVALID'],
  ['/api/activities?limit=-1', 'HTTP_PARAMETER_INVALID'],
  ['/api/activities?limit=99999999999999999999', 'HTTP_PARAMETER_INVALID'],
  ['/api/activities?from=yesterday', 'HTTP_PARAMETER_INVALID'],
  ['/api/activities?from=2026-13-01', 'HTTP_PARAMETER_INVALID'],
  ['/api/activities?from=2026-02-30', 'HTTP_PARAMETER_INVALID'],
  ['/api/activities?from=2026-11-21T10:00', 'HTTP_PARAMETER_INVALID'],
  ['/api/activities?until=1', 'HTTP_PARAMETER_INVALID'],
  ['/api/activities?actoin=invoice.approve', 'HTTP_PARAMETER_INVALID'],
  ['/api/activities?action=a&action=b', 'HTTP_PARAMETER_INVALID'],
  ['/api/activities?action=*', 'QUERY_INVALID'],
  ['/api/activities?actorKind=god', 'QUERY_INVALID'],
  ['/api/activities?outcome=maybe', 'QUERY_INVALID'],
  ['/api/activities?observer=me', 'QUERY_INVALID'],
  ['/api/activities?targetId=7', 'QUERY_INVALID'],
  ['/api/activities?count=yes', 'HTTP_PARAMETER_INVALID'],
  ['/api/activities?unexplained=true', 'HTTP_PARAMETER_INVALID'],
  ['/api/activities?col.team=x', 'QUERY_INVALID'],
  ['/api/activities?col.__proto__=x', 'QUERY_INVALID'],
  ['/api/activities?after=!', 'CURSOR_INVALID'],
  ['/api/activities?after=WzFd', 'CURSOR_INVALID'],
  [`/api/activities?after=${'A'.repeat(5000)}`, 'CURSOR_INVALID'],
  ['/api/activities?before=bnVsbA', 'CURSOR_INVALID'],
  ['/api/activities?after=&before=', 'QUERY_INVALID'],
  [`/api/activities?text=${'a'.repeat(201)}`, 'QUERY_INVALID'],
  ['/api/activities?text=%25', 'QUERY_INVALID'],
  ['/api/activities?buckets=3', 'HTTP_PARAMETER_INVALID'],
  ['/api/activities/7', 'QUERY_INVALID'],
  ['/api/activities/%ff', 'HTTP_PARAMETER_INVALID'],
  ['/api/objects/Invoice/7?targetType=Patient', 'HTTP_PARAMETER_INVALID'],
  ['/api/actors/ada?actor=bob', 'HTTP_PARAMETER_INVALID'],
  ['/api/chart?buckets=501', 'QUERY_INVALID'],
  ['/api/chart?limit=5', 'HTTP_PARAMETER_INVALID'],
  ['/api/export?format=xlsx', 'HTTP_PARAMETER_INVALID'],
  ['/api/export?outcome=maybe', 'QUERY_INVALID'],
  ['/api/tail?after=x', 'CURSOR_INVALID'],
  ['/api/tail?action=*', 'QUERY_INVALID'],
  ['/api/findings?x=1', 'HTTP_PARAMETER_INVALID'],
] as const;

test.for(MALFORMED)('%s is 400 with %s', async ([path, code]) => {
  const response = await get(path);
  expect(response.status).toBe(400);
  const body = await response.json() as Record<string, string>;
  expect(body).toEqual({ code, message: expect.stringMatching(/^[A-Z“"].*\.$/s), remedy: expect.stringMatching(/./) });
  expect(body['message']).not.toContain(body['remedy']);
});

test('a model that does not exist is refused as one that may not be read', async () => {
  expect((await get('/api/activities?model=secret')).status).toBe(403);
});

test('what is not there is 404, however it is written', async () => {
  await using server = await serveHandler(handler);
  for (const path of ['/api', '/api/', '/api/activities/', '/api/objects/Invoice', '/api/objects//7', '/api/objects/a/b/c', '/api/Activities', '/../log/api', '/api/activities/00000000-0000-4000-8000-000000000000', '/index.html']) {
    expect([path, (await server.get(`/log${path}`)).status]).toEqual([path, 404]);
  }
  expect((await server.get('/logbook/api/activities')).status).toBe(404);
});

test('property: any address is an answer or a coded problem', async () => {
  const name = fc.oneof(fc.constantFrom('model', 'from', 'until', 'actor', 'action', 'targetType', 'targetId', 'tool', 'outcome', 'text', 'limit', 'after', 'before', 'count', 'unexplained', 'col.x', 'format', 'buckets'), fc.string());
  const params = fc.array(fc.tuple(name, fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('1', '0', 'invoice.*', '2026-11-01', 'success'))), { maxLength: 3 });
  const path = fc.oneof(
    fc.constantFrom('/api/activities', '/api/chart', '/api/models', '/api/objects/Invoice/1', '/api/actors/ada', '/api/access/x', '/api/export'),
    fc.array(fc.string({ unit: 'binary' }).map((part) => encodeURIComponent(part.toWellFormed())), { maxLength: 4 }).map((parts) => `/api/${parts.join('/')}`),
  );
  const seen = new Set<number>();
  await fc.assert(
    fc.asyncProperty(path, params, async (where, given) => {
      const query = new URLSearchParams(given.map(([key, value]) => [key, value.toWellFormed()]));
      const response = await get(`${where}?${query}`);
      seen.add(response.status);
      expect([200, 400, 403, 404]).toContain(response.status);
      if (response.status !== 200) expect(Object.keys(await response.json() as object)).toEqual(['code', 'message', 'remedy']);
      else await response.body?.cancel();
    }),
    { numRuns: 500 },
  );
  expect([...seen]).toEqual(expect.arrayContaining([200, 400, 404]));
});
