import { createDeedlog, memoryStore } from '@deedlog/core';
import { requestContext } from '@deedlog/http';
import { once } from 'node:events';
import { createServer as createHttp2Server, connect as connectHttp2 } from 'node:http2';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request as sendRequest } from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';
import type { YogaInitialContext } from 'graphql-yoga';
import { describe, expect, test } from 'vitest';
import { answerWith, sendRaw, serve } from './support.ts';

const headers = {
  'user-agent': 'test/1',
  'x-forwarded-for': '203.0.113.9',
  'x-request-id': 'from-proxy',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  authorization: 'Bearer s3cr3t',
  cookie: 'sid=s3cr3t',
};

const captured = {
  ip: '203.0.113.9',
  userAgent: 'test/1',
  method: 'POST',
  path: '/a/b',
  requestId: 'from-proxy',
  traceId: '0af7651916cd43dd8448eb211c80319c',
};

describe('a Node server', () => {
  test('behind a trusted proxy gives everything', async () => {
    await using server = await serve(answerWith(requestContext({ trustProxy: 'loopback' })));
    const response = await fetch(`${server.url}/a/b?token=s3cr3t`, { method: 'post', headers });
    expect(await response.json()).toEqual(captured);
  });

  test('without a rule gives the socket’s address and an id of its own', async () => {
    await using server = await serve(answerWith(requestContext()));
    const response = await fetch(`${server.url}/a/b`, { method: 'POST', headers });
    expect(await response.json()).toEqual({ ...captured, ip: '127.0.0.1', requestId: expect.stringMatching(/^[\da-f-]{36}$/) as string });
  });

  test.each([
    ['absolute-form', 'GET http://user:s3cr3t@example.com/a?b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', { path: '/a' }],
    ['asterisk-form', 'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', { path: '*', method: 'OPTIONS' }],
    ['an id sent twice', 'GET / HTTP/1.1\r\nHost: x\r\nX-Request-Id: a\r\nX-Request-Id: b\r\nConnection: close\r\n\r\n', { requestId: expect.stringMatching(/^[\da-f-]{36}$/) as string }],
    ['addresses in two headers', 'GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 203.0.113.9\r\nConnection: close\r\n\r\n', { ip: '203.0.113.9' }],
  ])('takes what only a raw socket sends: %s', async (_name, bytes, part) => {
    await using server = await serve(answerWith(requestContext({ trustProxy: 'loopback' })));
    expect(await sendRaw(server.port, bytes)).toMatchObject(part);
  });

  test('on a Unix socket has no peer address: the proxy is believed only where the options say so', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'deedlog-http-'));
    const socketPath = join(directory, 'socket');
    const [careful, assuming] = [requestContext({ trustProxy: 1 }), requestContext({ trustProxy: 1, assumeProxy: true })];
    const server = createServer(answerWith((request) => [careful(request).ip, assuming(request).ip]));
    server.listen(socketPath);
    await once(server, 'listening');
    try {
      const request = sendRequest({ socketPath, path: '/', headers: { 'x-forwarded-for': '203.0.113.9' } }).end();
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      expect(JSON.parse((await response.toArray()).join(''))).toEqual([null, '203.0.113.9']);
    } finally {
      server.close();
      server.closeAllConnections();
      rmSync(directory, { recursive: true });
    }
  });

  test('over HTTP/2 gives everything, too', async () => {
    const fromRequest = requestContext({ trustProxy: 'loopback' });
    const server = createHttp2Server((request, response) => {
      response.end(JSON.stringify(fromRequest(request)));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const stream = client.request({ ':method': 'POST', ':path': '/a/b?token=s3cr3t', ...headers }, { endStream: true });
    expect(JSON.parse((await stream.toArray()).join(''))).toEqual(captured);
    client.close();
    server.close();
  });
});

describe('a fetch request', () => {
  const request = (): Request => new Request('https://example.com/a/b?token=s3cr3t', { method: 'post', headers });

  test('has no socket: without a peer its headers are not believed', () => {
    const { ip, requestId, ...rest } = requestContext({ trustProxy: 'loopback' })(request());
    expect(ip).toBeUndefined();
    expect(requestId).not.toBe('from-proxy');
    expect(rest).toMatchObject({ method: 'POST', path: '/a/b', userAgent: 'test/1', traceId: captured.traceId });
  });

  test.each([['an address', '127.0.0.1'], ['a socket', { remoteAddress: '::ffff:127.0.0.1' }]])('with %s as its peer gives everything', (_name, peer) => {
    expect(requestContext({ trustProxy: 'loopback' })(request(), peer)).toEqual(captured);
  });

  test('with a peer that is no proxy has that address', () => {
    expect(requestContext({ trustProxy: 'loopback' })(request(), '198.51.100.4').ip).toBe('198.51.100.4');
    expect(requestContext({ trustProxy: 'loopback', assumeProxy: true })(request(), 'no address').ip).toBeUndefined();
  });

  test('on a platform that is always behind a proxy', () => {
    expect(requestContext({ trustProxy: 1, assumeProxy: true })(request())).toEqual(captured);
  });
});

describe('with deedlog', () => {
  test('a GraphQL request that runs two mutations has one context, one request id and one correlation id', async () => {
    const store = memoryStore();
    const fromRequest = requestContext({ trustProxy: 'loopback' });
    interface Host {
      readonly request: Request;
      readonly req: IncomingMessage;
    }
    const deedlog = createDeedlog<Host>({ store, actor: () => undefined, context: ({ request, req }) => fromRequest(request, req.socket) });
    const yoga = createYoga<{ req: IncomingMessage }>({
      schema: createSchema<{ req: IncomingMessage } & YogaInitialContext>({
        typeDefs: 'type Query { up: Boolean } type Mutation { approve(id: Int): Boolean }',
        resolvers: {
          Mutation: {
            approve: async (_root, { id }: { id: number }, host) => {
              await deedlog.run({ host }, () => deedlog.trackActivity({ action: 'invoice.approve', target: { type: 'Invoice', id } }));
              return true;
            },
          },
        },
      }),
    });
    await using server = await serve((request, response) => void yoga(request, response));
    const send = (id: number): Promise<Response> =>
      fetch(`${server.url}/graphql?token=s3cr3t`, {
        method: 'POST',
        headers: { ...headers, 'x-request-id': `r-${id}`, 'content-type': 'application/json' },
        body: JSON.stringify({ query: `mutation { a: approve(id: ${id}) b: approve(id: ${id}) }` }),
      });
    await Promise.all([send(1), send(2)]);
    expect(store.activities.map(({ targetId, correlationId, context }) => ({ targetId, correlationId, context })).toSorted((a, b) => Number(a.targetId) - Number(b.targetId))).toEqual(
      [1, 1, 2, 2].map((id) => ({
        targetId: String(id),
        correlationId: `r-${id}`,
        context: { ...captured, path: '/graphql', requestId: `r-${id}` },
      })),
    );
    expect(JSON.stringify(store.activities)).not.toContain('s3cr3t');
    await deedlog.close();
  });

  test('context given by hand wins over the captured one', async () => {
    const store = memoryStore();
    const fromRequest = requestContext();
    const deedlog = createDeedlog<{ req: IncomingMessage }>({ store, actor: () => undefined, context: ({ req }) => fromRequest(req) });
    await using server = await serve((req, response) => {
      void deedlog
        .run({ host: { req }, context: { ip: '192.0.2.1', path: '/by-hand' } }, () => deedlog.trackActivity({ action: 'invoice.view', context: { userAgent: 'by hand' } }))
        .finally(() => response.end());
    });
    await fetch(server.url, { headers });
    expect(store.activities[0]?.context).toMatchObject({ ip: '192.0.2.1', path: '/by-hand', userAgent: 'by hand', method: 'GET' });
  });
});
