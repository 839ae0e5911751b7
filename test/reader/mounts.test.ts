import { createDeedlog, memoryReader, memoryStore, userActor } from '@deedlog/core';
import type { ActivityPage, MemoryStore } from '@deedlog/core';
import { auditHandler, objectLogHandler } from '@deedlog/http';
import type { AuditHandler } from '@deedlog/http';
import { viewerPage } from '@deedlog/viewer';
import { serve as serveHono } from '@hono/node-server';
import { createServerAdapter } from '@whatwg-node/server';
import express from 'express';
import { fastify } from 'fastify';
import { createSchema, createYoga } from 'graphql-yoga';
import { Hono } from 'hono';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { decide, invoices } from './support/log.ts';
import { serveHandler, servedAt, serveListener } from './support/serve.ts';
import type { Served } from './support/serve.ts';

interface Mounted {
  readonly audit: AuditHandler;
  readonly invoiceLog: AuditHandler;
}

async function handlers(store: MemoryStore): Promise<Mounted> {
  await store.write(invoices(1500));
  const reader = memoryReader(store);
  const deedlog = createDeedlog({ store, actor: () => userActor('ada') });
  return {
    audit: auditHandler({ reader, authorize: decide, viewer: viewerPage, tail: { interval: 20 }, reports: { deedlog, actions: ['page.open'], authorize: () => true } }),
    invoiceLog: objectLogHandler('Invoice', { reader, authorize: decide }),
  };
}

async function listening(server: Server): Promise<Served> {
  if (!server.listening) await once(server, 'listening');
  return {
    ...servedAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const MOUNTS: Readonly<Record<string, (mounted: Mounted) => Promise<Served>>> = {
  'Node http': ({ audit, invoiceLog }) => serveHandler((request) => (new URL(request.url).pathname.startsWith('/audit') ? audit(request) : invoiceLog(request))),

  Express: ({ audit, invoiceLog }) => {
    const app = express();
    app.use(express.json(), express.urlencoded());
    app.use('/audit', createServerAdapter((request: Request) => audit(request)));
    app.get('/invoices/:id/log', createServerAdapter((request: Request) => invoiceLog(request)));
    return serveListener(app);
  },

  Fastify: async ({ audit, invoiceLog }) => {
    const app = fastify();
    const mount = (path: string, handle: AuditHandler): void => {
      const adapter = createServerAdapter((request: Request) => handle(request));
      app.all(path, async (request, reply) => {
        const response = await adapter.handleNodeRequestAndResponse(request, reply.raw);
        return reply.send(response);
      });
    };
    mount('/audit', audit);
    mount('/audit/*', audit);
    mount('/invoices/:id/log', invoiceLog);
    await app.listen({ port: 0, host: '127.0.0.1' });
    return { ...servedAt(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`), [Symbol.asyncDispose]: async () => {
      app.server.closeAllConnections();
      await app.close();
    } };
  },

  Hono: ({ audit, invoiceLog }) => {
    const app = new Hono();
    app.all('/audit', (c) => audit(c.req.raw));
    app.all('/audit/*', (c) => audit(c.req.raw));
    app.get('/invoices/:id/log', (c) => invoiceLog(c.req.raw));
    return listening(serveHono({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server);
  },

  Yoga: ({ audit, invoiceLog }) => {
    const yoga = createYoga({
      schema: createSchema({ typeDefs: 'type Query { ping: String }' }),
      logging: false,
      plugins: [
        {
          async onRequest({ request, url, endResponse }) {
            if (url.pathname.startsWith('/audit')) endResponse(await audit(request));
            else if (url.pathname.startsWith('/invoices/')) endResponse(await invoiceLog(request));
          },
        },
      ],
    });
    return serveListener((incoming, outgoing) => void yoga(incoming, outgoing));
  },
};

describe.each(Object.keys(MOUNTS))('on %s', (name) => {
  test('reads, refuses, exports, follows and takes reports', async () => {
    const store = memoryStore();
    await using server = await (MOUNTS[name] as (mounted: Mounted) => Promise<Served>)(await handlers(store));
    expect((await (await server.get('/audit/api/activities?limit=3&action=invoice.*')).json() as ActivityPage).results).toHaveLength(3);
    expect((await (await server.get('/invoices/7/log')).json() as ActivityPage).count).toBe(150);
    expect((await (await server.get('/audit/api/objects/Invoice/a%2Fb')).json() as ActivityPage).count).toBe(0);
    expect((await server.get('/audit/api/activities', null)).status).toBe(401);
    expect((await server.get('/invoices/7/log', 'stranger')).status).toBe(403);
    expect((await server.get('/audit/api/activities?limit=0')).status).toBe(400);
    for (const page of ['/audit', '/audit/']) expect(await (await server.get(page)).text()).toContain('<!doctype html>');
    expect((await (await server.get('/audit/api/export?format=jsonl')).text()).split('\n')).toHaveLength(1501);
    const head = await fetch(`${server.origin}/audit/api/activities`, { method: 'HEAD', headers: { 'x-user': 'auditor' } });
    expect([head.status, await head.text()]).toEqual([200, '']);

    const tail = await server.get('/audit/api/tail');
    const chunks = (tail.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream() as never)[Symbol.asyncIterator]() as AsyncIterator<string>;
    expect((await chunks.next()).value).toContain('retry: 2000');
    const report = await fetch(`${server.origin}/audit/api/reports`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"action":"page.open"}' });
    expect(report.status).toBe(201);
    const { id } = await report.json() as { id: string };
    expect((await chunks.next()).value).toContain(`"id":"${id}"`);
    await chunks.return?.();
  });
});

test('a form of another site is refused, also where a body parser has read it before', async () => {
  const store = memoryStore();
  await using server = await (MOUNTS['Express'] as (mounted: Mounted) => Promise<Served>)(await handlers(store));
  const before = store.activities.length;
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
  const response = await fetch(`${server.origin}/audit/api/reports`, { method: 'POST', headers, body: 'action=page.open' });
  expect(response.status).toBe(403);
  expect(store.activities).toHaveLength(before);
});

test('as a route of Next: a function from Request to Response', async () => {
  const { audit } = await handlers(memoryStore());
  const GET = (request: Request): Promise<Response> => audit(request);
  expect((await GET(new Request('https://example.com/audit/api/models', { headers: { 'x-user': 'auditor' } }))).status).toBe(200);
});
