import { once } from 'node:events';
import { createServer, request as sendRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';
import { getRequestListener } from '@hono/node-server';
import express from 'express';
import type { Request as ExpressRequest } from 'express';
import { fastify } from 'fastify';
import { Hono } from 'hono';
import { describe, expect, test } from 'vitest';
import { serve } from '../http/support.ts';
import { harness } from './support/harness.ts';
import { sendBytes } from './support/raw.ts';

const json = { 'content-type': 'application/json' };
const order = { method: 'POST', headers: json, body: '{"title":"Lamp","note":"s3cr3t"}' };

describe('Express', () => {
  test('in a mounted router the path is the one that was asked for', async () => {
    const kit = harness();
    const router = express.Router().use(kit.log.express).get('/:id', (request, response) => void response.json({ id: request.params.id }));
    await using server = await serve(express().use('/api/orders', router));
    await fetch(`${server.url}/api/orders/7?page=2`);
    expect(await kit.only()).toMatchObject({ request: { path: '/api/orders/7', query: { page: '2' } } });
  });

  test('behind a body parser the parsed body is taken as it was then', async () => {
    const kit = harness();
    const app = express().use(express.json(), kit.log.express);
    app.post('/', (request, response) => {
      (request.body as { title: string }).title = 'changed';
      response.end();
    });
    await using server = await serve(app);
    await fetch(server.url, order);
    expect((await kit.only()).request.body).toEqual({ title: 'Lamp' });
  });

  test('who is signed in is asked of its request', async () => {
    const kit = harness({ actor: (request) => ({ kind: 'user', id: (request as ExpressRequest & { user: string }).user }) });
    const app = express().use(kit.log.express, (request, response) => {
      Object.assign(request, { user: 'ada' });
      response.end();
    });
    await using server = await serve(app);
    await fetch(server.url);
    expect(await kit.only()).toMatchObject({ actorKind: 'user', actorId: 'ada' });
  });

  test('a file with a range, and an answer that was there already', async () => {
    const kit = harness();
    const app = express().use(kit.log.express).get('/', (_request, response) => response.sendFile(import.meta.filename, { etag: true }));
    await using server = await serve(app);
    const whole = await fetch(server.url);
    await whole.text();
    expect((await fetch(server.url, { headers: { range: 'bytes=0-3' } })).status).toBe(206);
    // The platform's fetch would ask for a fresh one.
    expect(await sendBytes(server.port, `GET / HTTP/1.1\r\nHost: x\r\nIf-None-Match: ${whole.headers.get('etag')!}\r\nConnection: close\r\n\r\n`)).toMatch(/^HTTP\/1.1 304/);
    expect((await kit.recorded(3)).map(({ response }) => [response?.statusCode, response?.body])).toEqual([[200, null], [206, null], [304, null]]);
  });

  test('a body in another encoding than the answer says is not read', async () => {
    const kit = harness();
    const app = express().use(kit.log.express).get('/', (_request, response) => void response.set({ ...json, 'content-encoding': 'gzip' }).send(gzipSync('{"id":1}')));
    await using server = await serve(app);
    expect(await (await fetch(server.url)).json()).toEqual({ id: 1 });
    expect((await kit.only()).response?.body).toBe('[encoded]');
  });
});

describe('Fastify', () => {
  test('a hijacked reply, and an injected request', async () => {
    const kit = harness();
    await using app = fastify({ forceCloseConnections: true });
    await app.register(kit.log.fastify);
    app.get('/hijack', (_request, reply) => {
      reply.hijack();
      reply.raw.writeHead(202, json).end('{"id":1}');
    });
    app.post('/orders', (request) => ({ id: 7, title: (request.body as { title: string }).title }));
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    expect((await fetch(`${url}/hijack`)).status).toBe(202);
    const injected = await app.inject({ method: 'POST', url: '/orders?page=1', headers: json, payload: order.body });
    expect(injected.json()).toEqual({ id: 7, title: 'Lamp' });
    const [hijacked, inject] = await kit.recorded(2);
    expect(hijacked).toMatchObject({ response: { statusCode: 202, body: { id: 1 } } });
    expect(inject).toMatchObject({ request: { path: '/orders', query: { page: '1' }, body: { title: 'Lamp' } }, response: { statusCode: 200, body: { id: 7, title: 'Lamp' } } });
  });

  test('a path that it refuses before its hooks is recorded by its server, once with what its hooks record', async () => {
    const kit = harness();
    await using app = fastify({ serverFactory: (handler) => createServer(kit.log.node(handler)) });
    await app.register(kit.log.fastify);
    app.get('/fails', () => {
      throw new Error('no');
    });
    const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
    for (const path of ['/%zz', '/fails']) await sendBytes(Number(port), `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect((await kit.recorded(2)).map(({ request, response, error }) => [request.path, response?.statusCode, error])).toEqual([['/%zz', 400, null], ['/fails', 500, 'Error: no']]);
  });

  test('its own request is what the application is asked with', async () => {
    const kit = harness({ actor: (request) => ({ kind: 'user', id: (request as unknown as { userId: string }).userId }) });
    await using app = fastify();
    await app.register(kit.log.fastify);
    app.decorateRequest('userId', '');
    app.get('/', (request) => {
      Object.assign(request, { userId: 'ada' });
      return 'done';
    });
    await app.inject('/');
    expect(await kit.only()).toMatchObject({ actorId: 'ada' });
  });

  test('validation that refuses a body is an error', async () => {
    const kit = harness();
    await using app = fastify();
    await app.register(kit.log.fastify);
    app.post('/', { schema: { body: { type: 'object', required: ['amount'] } } }, () => 'never');
    const response = await app.inject({ method: 'POST', url: '/', headers: json, payload: order.body });
    expect(response.statusCode).toBe(400);
    expect((await kit.only()).error).toMatch(/^Error \[FST_ERR_VALIDATION\]: body must have required property/);
  });
});

describe('Hono', () => {
  test('behind the log of its Node server tells the end of a stream', async () => {
    const kit = harness();
    const { promise, resolve } = Promise.withResolvers<void>();
    const app = new Hono().get('/', () => new Response(new ReadableStream({
      async start(controller) {
        controller.enqueue(Buffer.from('one'));
        await promise;
        controller.close();
      },
    })));
    await using server = await serve(kit.log.node(getRequestListener(app.fetch) as never));
    const response = await fetch(server.url);
    const reader = response.body!.getReader();
    await reader.read();
    expect(kit.records).toEqual([]);
    resolve();
    await reader.read();
    expect(await kit.only()).toMatchObject({ response: { statusCode: 200 }, error: null });
  });
});

describe('a deedlog that is switched off, and a sink that wants no requests', () => {
  test('leave the listener’s objects as they are', async () => {
    const off = harness({ deedlog: { enabled: false, run: () => expect.unreachable(), currentFlow: () => undefined } });
    let own: readonly string[] = [];
    const listener = (request: IncomingMessage, response: { end(): void }): void => {
      own = [...Object.keys(request), ...Object.getOwnPropertyNames(response)];
      response.end();
    };
    await using bare = await serve(listener as never);
    await fetch(bare.url);
    const usual = own;
    await using server = await serve(off.log.node(listener as never));
    await fetch(server.url);
    expect(own).toEqual(usual);
    const unwanted = harness({ sink: {} });
    await using scoped = await serve(unwanted.log.node((_request: IncomingMessage, response: { end(text?: string): void }) => response.end(unwanted.deedlog.currentFlow()?.correlationId)));
    expect(await (await fetch(scoped.url, { headers: { 'x-request-id': 'r-3' } })).text()).toBe('r-3');
    expect(off.records).toEqual([]);
  });
});

test('a client that sends no more of its body than half is told as aborted', async () => {
  const kit = harness();
  const app = express().use(kit.log.express, express.json(), (_request, response) => response.end());
  app.use(kit.log.expressErrors, (_error: unknown, _request: unknown, response: { destroy(): void }, _next: unknown) => response.destroy());
  await using server = await serve(app);
  const request = sendRequest(server.url, { method: 'POST', headers: { ...json, 'content-length': 100 } });
  request.on('error', () => undefined);
  request.write('{"title": "s3cr3t');
  await once(request, 'socket');
  await expect.poll(() => request.socket?.bytesWritten ?? 0).toBeGreaterThan(100);
  await (await fetch(server.url)).text();
  request.destroy();
  const records = await kit.recorded(2);
  const half = records.find(({ request: { method } }) => method === 'POST');
  expect(half).toMatchObject({ error: expect.stringMatching(/^aborted/) as string, response: null, request: { body: '[not valid JSON]' } });
  expect(JSON.stringify(records)).not.toContain('s3cr3t');
});
