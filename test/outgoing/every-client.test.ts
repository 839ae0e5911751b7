import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { httpErrors, outgoingLog } from '@deedlog/http';
import { describe, expect, test } from 'vitest';
import { clients, graphqlCall } from './support/clients.ts';
import { getWithNode } from './support/get-with-node.ts';
import { upstream } from './support/upstream.ts';
import { watching } from './support/watched.ts';

describe('a call is one record, whichever client makes it', () => {
  test.each(clients)('$name', async ({ call }) => {
    const service = await upstream();
    const log = watching({ services: { apollo: service.host }, query: ['page'], headers: { request: ['x-asked', 'host'], response: ['x-upstream', 'content-type'] } });

    await log.as('ada', () => call(`${service.base}/echo/titles?page=2&key=secret#part`, { 'x-asked': 'yes', 'x-other': 'no' }));

    const [record] = await log.told(1);
    expect(record).toMatchObject({
      requestType: 'external',
      protocol: 'http',
      serviceName: 'apollo',
      request: { method: 'GET', path: '/echo/titles', endpoint: `${service.base}/echo/titles`, query: { page: '2' }, body: null },
      response: { statusCode: 200, headers: { 'content-type': 'application/json', 'x-upstream': 'one' }, body: null },
      error: null,
      actorKind: 'user',
      actorId: 'ada',
      correlationId: 'flow-ada',
      causationId: null,
      tenant: 'tenant-ada',
      requestId: 'request-ada',
    });
    expect(record?.request.headers).toMatchObject({ 'x-asked': 'yes' });
    expect(record?.request.headers).not.toHaveProperty('x-other');
    expect(record?.executionTime).toBeGreaterThan(0);
    expect(log.problems).toEqual([]);
    expect(service.arrivals).toHaveLength(1);
  });

  test.each(clients)('$name, whose answer takes its time', async ({ call }) => {
    const service = await upstream();
    const log = watching();
    await call(`${service.base}/late?ms=60`, {});
    const [record] = await log.told(1);
    expect(record?.executionTime).toBeGreaterThanOrEqual(55);
    expect(record?.executionTime).toBeLessThan(5000);
  });

  test('a GraphQL client', async () => {
    const service = await upstream();
    const log = watching();
    await graphqlCall(`${service.base}/echo`).catch(() => undefined);
    const [record] = await log.told(1);
    expect(record).toMatchObject({ serviceName: service.host, request: { method: 'POST', path: '/echo' }, response: { statusCode: 200 } });
  });

  test('node:http with its headers in a flat list', async () => {
    const service = await upstream();
    const log = watching({ services: { apollo: service.host }, headers: ['x-asked'] });
    const { hostname: host, port } = new URL(service.base);
    const request = httpRequest({ host, port, path: '/echo', headers: ['Host', service.host, 'X-Asked', 'yes', 'X-Asked', 'twice', 'X-Other', 'no'] as unknown as Record<string, string> });
    const [response] = (await once(request.end(), 'response')) as [NodeJS.ReadableStream];
    await once(response.resume(), 'end');
    expect((await log.told(1))[0]).toMatchObject({ serviceName: 'apollo', request: { endpoint: `${service.base}/echo`, headers: { 'x-asked': 'yes, twice' } } });
  });

  test('an answer without a body, and one to HEAD', async () => {
    const service = await upstream();
    const log = watching();
    await fetch(`${service.base}/none`);
    await fetch(`${service.base}/echo`, { method: 'HEAD' });
    expect((await log.told(2)).map(({ request, response, error }) => [request.method, response?.statusCode, error])).toEqual([['GET', 204, null], ['HEAD', 200, null]]);
  });

  test('each hop of a redirect is a call', async () => {
    const service = await upstream();
    const log = watching();
    await log.as('ada', () => fetch(`${service.base}/away?to=/away?to=/echo`).then((response) => response.text()));
    const records = await log.told(3);
    expect(records.map(({ request, response, correlationId }) => [request.path, response?.statusCode, correlationId])).toEqual([
      ['/away', 302, 'flow-ada'],
      ['/away', 302, 'flow-ada'],
      ['/echo', 200, 'flow-ada'],
    ]);
  });

  test('an upgrade ends with its answer', async () => {
    const server = createServer().on('upgrade', (_request, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: chat\r\nconnection: upgrade\r\n\r\n'));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const log = watching();
    const headers = { connection: 'upgrade', upgrade: 'chat' };
    const [, socket] = (await once(httpRequest({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', path: '/chat', headers }).end(), 'upgrade')) as [unknown, Socket];
    expect((await log.told(1))[0]).toMatchObject({ request: { path: '/chat' }, response: { statusCode: 101 }, error: null });
    socket.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('without a flow', () => {
  test('a call belongs to nobody', async () => {
    const service = await upstream();
    const log = watching();
    await getWithNode(`${service.base}/echo`);
    await fetch(`${service.base}/echo`).then((response) => response.text());
    for (const record of await log.told(2)) expect(record).toMatchObject({ correlationId: null, actorKind: null, tenant: null });
  });

  test('a call made while an intent is open is caused by it', async () => {
    const service = await upstream();
    const log = watching();
    const id = await log.as('ada', () =>
      log.deedlog.withIntent({ action: 'title.fetch' }, async () => {
        await fetch(`${service.base}/echo`).then((response) => response.text());
        return log.deedlog.currentFlow()?.causationId;
      }),
    );
    expect(id).toBeTruthy();
    expect((await log.told(1))[0]?.causationId).toBe(id);
  });
});

test('what cannot be is refused at start-up', () => {
  const sink = { writeRequests: () => undefined };
  const refused = (options: object): unknown => {
    try {
      outgoingLog({ sink, ...options }).close();
      return undefined;
    } catch (error) {
      return (error as { code?: unknown }).code;
    }
  };
  expect(refused({ services: { '': 'a.example' } })).toBe('HTTP_SERVICE_INVALID');
  expect(refused({ services: { apollo: {} } })).toBe('HTTP_SERVICE_INVALID');
  expect(refused({ services: { apollo: [5] } })).toBe('HTTP_PATTERN_INVALID');
  // No host has a scheme or a path, so that none would ever be meant.
  expect(refused({ services: { apollo: 'https://a.example' } })).toBe('HTTP_PATTERN_INVALID');
  expect(refused({ hosts: { exclude: ['https://a.example/'] } })).toBe('HTTP_PATTERN_INVALID');
  expect(refused({ propagate: { header: 'x-request-id', hosts: ['a.example/v1'] } })).toBe('HTTP_PATTERN_INVALID');
  expect(refused({ hosts: ['a.example'] })).toBe('HTTP_PATTERN_INVALID');
  // NaN would bound no body.
  expect(refused({ body: { maxBytes: Number.NaN } })).toBe('HTTP_REQUEST_LOG_INVALID');
  expect(refused({ services: { apollo: { hosts: 'a.example', body: { maxBytes: -1 } } } })).toBe('HTTP_REQUEST_LOG_INVALID');
  expect(refused({ headers: ['a b'] })).toBe('HTTP_HEADER_NAME_INVALID');
  for (const header of ['authorization', 'Cookie', 'host', 'content-length', 'a b', '']) {
    expect(refused({ propagate: { header, hosts: ['a.example'] } }), header).toBe('HTTP_HEADER_NAME_INVALID');
  }
  expect(Object.keys(httpErrors)).toContain('HTTP_SERVICE_INVALID');
});
