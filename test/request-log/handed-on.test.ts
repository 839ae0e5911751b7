import { getRequestListener } from '@hono/node-server';
import { createServerAdapter } from '@whatwg-node/server';
import express from 'express';
import { fastify } from 'fastify';
import { createSchema, createYoga } from 'graphql-yoga';
import { Hono } from 'hono';
import type { IncomingMessage, RequestListener } from 'node:http';
import { describe, expect, test } from 'vitest';
import { serve } from '../http/support.ts';
import type { Served } from '../http/support.ts';
import { failure } from './support/application.ts';
import { harness, viewOrder } from './support/harness.ts';
import type { Harness } from './support/harness.ts';

type Handler = (request: Request) => Response | Promise<Response>;

/** A handler on its own log, on a server of Node that has the log, too. */
const ways: readonly (readonly [name: string, serve: (kit: Harness, handler: Handler) => Promise<Served>])[] = [
  ['node, by Hono', ({ log }, handler) => serve(log.node(listenerOf(getRequestListener(log.fetch(handler), { errorHandler: failed }))))],
  ['node, by @whatwg-node/server', ({ log }, handler) => serve(log.node(whatwg(caught(log.fetch(handler)))))],
  ['express, mounted', ({ log }, handler) => serve(express().use(log.express).use('/v1', listenerOf(getRequestListener(log.fetch(handler), { errorHandler: failed }))))],
  ['express, mounted, by its original address', ({ log }, handler) => serve(express().use(log.express).use('/v1', whatwg(caught(log.fetch(handler)))))],
  ['fastify', serveFastify],
];

const failed = (): Response => new Response('failed', { status: 500 });

/** Its adapter answers errors with a text of its own, and prints them. */
function caught(handler: Handler): Handler {
  return async (request) => {
    try {
      return await handler(request);
    } catch {
      return failed();
    }
  };
}

function listenerOf(listener: ReturnType<typeof getRequestListener>): RequestListener {
  return (request, response) => void listener(request, response);
}

function whatwg(handler: Handler): RequestListener {
  const adapter = createServerAdapter(handler);
  return (request, response) => void adapter(request, response);
}

async function serveFastify({ log }: Harness, handler: Handler): Promise<Served> {
  const app = fastify({ forceCloseConnections: true });
  await app.register(log.fastify);
  const listener = getRequestListener(log.fetch(handler), { errorHandler: failed });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.all('/*', (request, reply) => {
    reply.hijack();
    void listener(request.raw, reply.raw);
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return { url, port: Number(new URL(url).port), [Symbol.asyncDispose]: () => app.close() };
}

const order = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"title":"Lamp"}' };

describe.each(ways)('a fetch handler behind %s', (_name, serveBy) => {
  test('has the request recorded once, with its bodies, in one flow', async () => {
    const kit = harness();
    const seen: unknown[] = [];
    await using server = await serveBy(kit, async (request) => {
      const { title } = (await request.json()) as { title: string };
      seen.push(await viewOrder(kit.deedlog, 'ada'), kit.context(request).requestId);
      return Response.json({ id: 7, title }, { status: 201 });
    });
    await (await fetch(`${server.url}/v1/orders//%7e?page=2&x=%20`, order)).text();
    await (await fetch(`${server.url}/v1/orders?page=3`, order)).text();
    const records = await kit.recorded(2);
    expect(records).toHaveLength(2);
    expect(records[0]).toMatchObject({ actorId: 'ada', request: { query: { page: '2' }, body: { title: 'Lamp' } }, response: { statusCode: 201, body: { id: 7, title: 'Lamp' } }, error: null });
    expect(seen).toEqual(records.flatMap(({ correlationId, requestId }) => [correlationId, requestId]));
  });

  test('tells what it throws', async () => {
    const kit = harness();
    await using server = await serveBy(kit, () => {
      throw failure();
    });
    expect((await fetch(`${server.url}/v1/fails`)).status).toBe(500);
    expect(await kit.only()).toMatchObject({ response: { statusCode: 500 }, error: expect.stringContaining('DB_GONE') as string });
  });

  test('that asks itself has each of these requests recorded', async () => {
    const kit = harness();
    const { log } = kit;
    const inner = log.fetch(() => Response.json({ id: 8 }));
    await using server = await serveBy(kit, async (request) => {
      await (await inner(new Request(request.url))).text();
      return inner(new Request(new URL('/other', request.url)));
    });
    await (await fetch(`${server.url}/v1/orders`)).text();
    expect((await kit.recorded(3)).map(({ request }) => request.path.replace('/v1', '')).toSorted()).toEqual(['/orders', '/orders', '/other']);
    expect(new Set(kit.records.map(({ correlationId }) => correlationId)).size).toBe(3);
  });

  test('is not observed where the path is not recorded', async () => {
    const kit = harness({ paths: { exclude: ['/v1/quiet'] } });
    await using server = await serveBy(kit, async () => new Response(await viewOrder(kit.deedlog, 'ada')));
    const correlationId = await (await fetch(`${server.url}/v1/quiet`)).text();
    expect(kit.store.activities).toMatchObject([{ correlationId }]);
    expect(kit.records).toEqual([]);
  });
});

describe('a fetch request is another one', () => {
  test.each<[string, (request: IncomingMessage) => Request]>([
    ['of another path', () => new Request('http://localhost/b')],
    ['of another query', () => new Request('http://localhost/a?page=2')],
    ['of another method', () => new Request('http://localhost/a', { method: 'POST' })],
  ])('%s', async (_name, made) => {
    const { log, recorded } = harness();
    const inner = log.fetch(() => new Response());
    await using server = await serve(log.node((request: IncomingMessage, response) => void inner(made(request)).then(() => response.end())));
    await fetch(`${server.url}/a`);
    expect(await recorded(2)).toHaveLength(2);
  });

  test('once the Node request is over', async () => {
    const { log, records, only, recorded } = harness();
    const inner = log.fetch(() => new Response());
    const { promise, resolve } = Promise.withResolvers<void>();
    await using server = await serve(
      log.node((_request: IncomingMessage, response) => {
        void promise.then(() => inner(new Request('http://localhost/a')));
        response.end();
      }),
    );
    await fetch(`${server.url}/a`);
    await only();
    resolve();
    await recorded(2);
    expect(records.map(({ request }) => request.path)).toEqual(['/a', '/a']);
  });

  test('of another log', async () => {
    const [one, other] = [harness(), harness()];
    await using server = await serve(one.log.node(listenerOf(getRequestListener(other.log.fetch(() => new Response())))));
    await fetch(`${server.url}/a`);
    await Promise.all([one.only(), other.only()]);
  });
});

test('what a handler tells by its own request reaches the record', async () => {
  const kit = harness();
  const hono = new Hono().get('/a', () => {
    throw failure();
  });
  hono.onError((error, c) => {
    kit.log.failed(c.req.raw, error);
    return c.text('failed', 500);
  });
  await using server = await serve(kit.log.node(listenerOf(getRequestListener(kit.log.fetch(hono.fetch)))));
  await fetch(`${server.url}/a`);
  expect(await kit.only()).toMatchObject({ response: { statusCode: 500 }, error: expect.stringContaining('DB_GONE') as string });
});

test('GraphQL Yoga on a server of Node', async () => {
  const kit = harness();
  const yoga = createYoga({ schema: createSchema({ typeDefs: 'type Query { id: Int }', resolvers: { Query: { id: () => 7 } } }), logging: false });
  await using server = await serve(kit.log.node(whatwg(kit.log.fetch((request: Request) => yoga.fetch(request)))));
  const answer = await fetch(`${server.url}/graphql`, { ...order, body: '{"query":"{id}"}' });
  expect(await answer.json()).toEqual({ data: { id: 7 } });
  expect(await kit.only()).toMatchObject({ response: { statusCode: 200 } });
});
