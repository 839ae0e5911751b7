import { memoryReader, memoryStore } from '@deedlog/core';
import { auditHandler } from '@deedlog/http';
import { initTRPC } from '@trpc/server';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { createSchema, createYoga } from 'graphql-yoga';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { serve } from '../http/support.ts';
import { collectGarbage } from '../outgoing/support/collect-garbage.ts';
import { harness } from './support/harness.ts';

const json = { 'content-type': 'application/json' };
const post = (body: BodyInit, headers: Record<string, string> = json): Request => new Request('http://host/orders?page=2', { method: 'POST', headers, body, duplex: 'half' } as RequestInit);

/** A stream that counts how often it was asked, and says how it ended. */
function counted(chunks: readonly string[]): { readonly stream: ReadableStream<Uint8Array>; readonly asked: () => number; readonly cancelled: () => unknown } {
  let asked = 0;
  let cancelled: unknown;
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const chunk = chunks[asked++];
        if (chunk === undefined) controller.close();
        else controller.enqueue(Buffer.from(chunk));
      },
      cancel: (reason) => void (cancelled = reason),
    },
    { highWaterMark: 0 },
  );
  return { stream, asked: () => asked, cancelled: () => cancelled };
}

describe('a request body is seen as the handler reads it', () => {
  const body = '{"title":"Lamp","password":"s3cr3t","note":"s3cr3t"}';
  const kept = { title: 'Lamp', password: '***REDACTED***' };

  test.each<[string, (request: Request) => Promise<unknown>]>([
    ['json', (request) => request.json()],
    ['text', (request) => request.text()],
    ['arrayBuffer', (request) => request.arrayBuffer()],
    ['bytes', (request) => (request as unknown as { bytes(): Promise<Uint8Array> }).bytes()],
    ['a reader', async ({ body: stream }) => {
      const reader = stream!.getReader();
      while (!(await reader.read()).done);
    }],
    ['iteration', async ({ body: stream }) => {
      for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>) expect(chunk).toBeInstanceOf(Uint8Array);
    }],
    ['pipeThrough', ({ body: stream }) => new Response(stream!.pipeThrough(new TransformStream())).text()],
    ['pipeTo', ({ body: stream }) => stream!.pipeTo(new WritableStream())],
    ['a copy, and then the request itself', async (request) => [await request.clone().json(), await request.text()]],
    ['looking whether there is a stream, then json', (request) => (request.body === null ? Promise.reject(new Error('none')) : request.json())],
  ])('by %s', async (_way, read) => {
    const kit = harness();
    const request = post(body);
    const response = await kit.log.fetch(async (given: Request) => {
      expect(given).toBe(request);
      await read(given);
      expect(given.bodyUsed).toBe(true);
      await expect(given.text()).rejects.toThrow(TypeError);
      return new Response('done');
    })(request);
    expect(await response.text()).toBe('done');
    expect((await kit.only()).request.body).toEqual(kept);
  });

  test('by formData; not at all; by the platform; broken; of another type', async () => {
    const kit = harness();
    const handle = kit.log.fetch(async (request: Request) => {
      const way = new URL(request.url).searchParams.get('page');
      if (way === 'form') await request.formData();
      if (way === 'copy') await new Request(request).text();
      if (way === 'broken') await request.json().catch(() => undefined);
      return new Response();
    });
    const send = (page: string, init: RequestInit): Promise<Response> => handle(new Request(`http://host/?page=${page}`, { method: 'POST', ...init }));
    await send('form', { body: new URLSearchParams({ title: 'Lamp', password: 's3cr3t', x: '1' }) });
    await send('none', { body, headers: json });
    await send('copy', { body, headers: json });
    await send('broken', { body: '{"title": s3cr3t', headers: json });
    const multipart = new FormData();
    multipart.set('title', 's3cr3t');
    await send('form', { body: multipart });
    expect((await kit.recorded(5)).map((record) => record.request.body)).toEqual([kept, null, null, null, null]);
    expect(JSON.stringify(kit.records)).not.toContain('s3cr3t');
  });

  test('chunk by chunk, only when it is asked for', async () => {
    const kit = harness();
    const source = counted(['{"title":', '"Lamp"}']);
    await kit.log.fetch(async (request: Request) => {
      expect(source.asked()).toBe(0);
      const reader = request.body!.getReader();
      await reader.read();
      expect(source.asked()).toBe(1);
      await reader.read();
      await reader.cancel();
      return new Response();
    })(post(source.stream));
    expect((await kit.only()).request.body).toEqual({ title: 'Lamp' });
  });
});

describe('the answer', () => {
  test.each<[string, () => Response]>([
    ['a page', () => new Response('<p>', { headers: { 'content-type': 'text/html' } })],
    ['a stream', () => new Response(counted(['a']).stream, { headers: { 'content-type': 'text/event-stream' } })],
    ['compressed JSON', () => new Response('{}', { headers: { ...json, 'content-encoding': 'gzip' } })],
    ['no body', () => new Response(null, { status: 204 })],
    ['a network error', () => Response.error()],
    ['a redirect', () => Response.redirect('http://host/next?token=s3cr3t', 303)],
    ['nothing, as some hosts allow', () => undefined as unknown as Response],
  ])('is the very same where its body is not looked at: %s', async (_name, make) => {
    const kit = harness({ headers: ['location'] });
    const answer = make();
    expect(await kit.log.fetch(() => answer)(new Request('http://host/'))).toBe(answer);
    const { response } = await kit.only();
    if (answer === undefined) expect(response).toBeNull();
    else expect(response).toMatchObject({ statusCode: answer.status === 0 ? null : answer.status, body: null });
    if (answer?.status === 303) expect(response?.headers).toEqual({ location: 'http://host/next' });
    expect(kit.problems).toEqual([]);
  });

  test('where its body is looked at has the same status, headers and address', async () => {
    const kit = harness();
    await using upstream = await serve((_request, response) => void response.writeHead(203, 'Hardly', ['Content-Type', 'application/json', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']).end('{"id":1,"note":2}'));
    const proxied = await fetch(upstream.url);
    const response = await kit.log.fetch(() => proxied)(new Request('https://host/'));
    expect(response).toBeInstanceOf(Response);
    for (const name of ['status', 'statusText', 'url', 'redirected', 'type', 'ok'] as const) expect(response[name]).toBe(proxied[name]);
    expect([...response.headers]).toEqual([...proxied.headers]);
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await response.json()).toEqual({ id: 1, note: 2 });
    expect(await kit.only()).toMatchObject({ protocol: 'https', response: { statusCode: 203, body: { id: 1 } } });
  });

  test('passes chunk by chunk when it is asked for, and is over when it was read', async () => {
    const kit = harness();
    const source = counted(['{"id":', '7', '}']);
    const response = await kit.log.fetch(() => new Response(source.stream, { headers: json }))(new Request('http://host/'));
    expect(source.asked()).toBe(0);
    const reader = response.body!.getReader();
    const read: string[] = [];
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      read.push(Buffer.from(step.value).toString());
      expect(source.asked()).toBe(read.length);
      expect(kit.records).toEqual([]);
    }
    expect(read).toEqual(['{"id":', '7', '}']);
    expect((await kit.only()).response?.body).toEqual({ id: 7 });
  });

  test('that is given up reaches its source with the reason, and is told', async () => {
    const kit = harness();
    const source = counted(['{"id":', '7}']);
    const response = await kit.log.fetch(() => new Response(source.stream, { headers: json }))(new Request('http://host/'));
    const reader = response.body!.getReader();
    await reader.read();
    await reader.cancel('enough');
    expect(source.cancelled()).toBe('enough');
    expect((await kit.only()).error).toMatch(/^aborted/);
  });

  test('that breaks breaks with its own error', async () => {
    const kit = harness();
    const broken = new TypeError('token=s3cr3t');
    const stream = new ReadableStream({ pull: (controller) => controller.error(broken) });
    const response = await kit.log.fetch(() => new Response(stream, { headers: json }))(new Request('http://host/'));
    await expect(response.text()).rejects.toBe(broken);
    expect((await kit.only()).error).toBe('TypeError: token=***REDACTED***');
  });

  test('leaves the memory of the application’s chunks to the application', async () => {
    const kit = harness();
    const chunk = Buffer.from('{"id":7}');
    const stream = new ReadableStream({
      start: (controller) => {
        controller.enqueue(chunk);
        controller.close();
      },
    });
    const response = await kit.log.fetch(() => new Response(stream, { headers: json }))(new Request('http://host/'));
    await response.text();
    expect(chunk.toString()).toBe('{"id":7}');
  });

  test('comes through a request whose properties throw', async () => {
    const kit = harness();
    const request = Object.defineProperties(post('{"title":"Lamp"}'), { signal: { get: () => expect.unreachable() }, json: { value: () => expect.unreachable() } });
    const handle = kit.log.fetch(async (given: Request) => new Response(JSON.stringify({ id: await given.text() }), { headers: json }));
    expect(await (await handle(request)).json()).toEqual({ id: '{"title":"Lamp"}' });
    expect(await (await kit.log.fetch(() => new Response('plain'))(Object.create(request) as Request)).text()).toBe('plain');
    await kit.recorded(1);
    expect(kit.problems.every(({ code }) => code === 'HTTP_REQUEST_LOG_FAILED')).toBe(true);
  });

  test('that is thrown instead is thrown on as it came', async () => {
    const kit = harness();
    const thrown = new RangeError('no');
    const handle = kit.log.fetch(() => {
      throw thrown;
    });
    await expect(handle(new Request('http://host/'))).rejects.toBe(thrown);
    await expect(kit.log.fetch(() => Promise.reject(thrown))(new Request('http://host/'))).rejects.toBe(thrown);
    expect((await kit.recorded(2)).map(({ error, response }) => [error, response])).toEqual([['RangeError: no', null], ['RangeError: no', null]]);
  });

  test('that nobody reads is over when the client is gone', async () => {
    const kit = harness();
    const client = new AbortController();
    await kit.log.fetch(() => new Response('{}', { headers: json }))(new Request('http://host/', { signal: client.signal }));
    client.abort();
    expect((await kit.only()).error).toMatch(/^aborted/);
  });

  test.each<[string, (response: Response) => unknown]>([
    ['not read', () => undefined],
    ['not read to its end', (response) => response.body!.getReader().read()],
  ])('that is %s is over when it is thrown away', async (_name, read) => {
    const kit = harness();
    await read(await kit.log.fetch(() => new Response('{"id":1}', { headers: json }))(new Request('http://host/')));
    await collectGarbage();
    expect(await kit.only()).toMatchObject({ response: { statusCode: 200 }, error: 'Error: the answer was not read to its end' });
  });
});

test('a request has the properties of its own that it had', async () => {
  const own = (request: Request): unknown => [Object.keys(request), JSON.stringify(request), request.body !== null];
  const seen: unknown[] = [];
  await harness().log.fetch((request) => {
    seen.push(own(request));
    return new Response();
  })(post('{"title":"Lamp"}'));
  expect(seen).toEqual([own(post('{"title":"Lamp"}'))]);
});

describe('other handlers', () => {
  test('GraphQL Yoga, on its own server objects', async () => {
    const kit = harness({ body: { request: ['query', 'variables.title'], response: ['data.create'] } });
    const yoga = createYoga({
      schema: createSchema({
        typeDefs: 'type Query { up: Boolean } type Mutation { create(title: String, password: String): String }',
        resolvers: {
          Mutation: {
            create: async (_root, { title }: { title: string }) => {
              await kit.deedlog.run({ host: { user: 'ada' } }, () => kit.deedlog.trackActivity({ action: 'order.create' }));
              return title;
            },
          },
        },
      }),
      fetchAPI: { Request, Response },
    });
    const body = JSON.stringify({ query: 'mutation ($title: String) { create(title: $title, password: "s3cr3t") }', variables: { title: 'Lamp', other: 's3cr3t' } });
    const viaFetch = await kit.log.fetch((request: Request) => yoga.fetch(request))(new Request('http://host/graphql', { method: 'POST', headers: json, body }));
    expect(await viaFetch.json()).toEqual({ data: { create: 'Lamp' } });
    await using server = await serve(kit.log.node((request: IncomingMessage, response: ServerResponse) => void yoga(request, response)));
    expect(await (await fetch(`${server.url}/graphql`, { method: 'POST', headers: json, body })).json()).toEqual({ data: { create: 'Lamp' } });
    const records = await kit.recorded(2);
    for (const record of records) {
      expect(record).toMatchObject({ actorId: 'ada', request: { path: '/graphql', body: { variables: { title: 'Lamp' } } }, response: { statusCode: 200, body: { data: { create: 'Lamp' } } } });
    }
    expect(kit.store.activities.map(({ correlationId }) => correlationId)).toEqual(records.map(({ correlationId }) => correlationId));
    // The query is text that the team allowed: what it says of a password is taken out of it.
    expect(JSON.stringify(records)).not.toContain('s3cr3t');
  });

  test('tRPC: a batch of a query and a mutation is one request', async () => {
    const kit = harness({ body: { response: ['result.data'] } });
    const t = initTRPC.create();
    const router = t.router({
      create: t.procedure.mutation(async () => {
        await kit.deedlog.run({ host: { user: 'ada' } }, () => kit.deedlog.trackActivity({ action: 'order.create' }));
        return 'created';
      }),
    });
    const handle = kit.log.fetch((req: Request) => fetchRequestHandler({ endpoint: '/trpc', req, router }));
    const response = await handle(new Request('http://host/trpc/create,create?batch=1', { method: 'POST', headers: json, body: '{}' }));
    expect(await response.json()).toHaveLength(2);
    expect(await kit.only()).toMatchObject({ actorId: 'ada', request: { path: '/trpc/create,create' }, response: { body: [{ result: { data: 'created' } }, { result: { data: 'created' } }] } });
    expect(new Set(kit.store.activities.map(({ correlationId }) => correlationId))).toEqual(new Set([kit.records[0]!.correlationId]));
  });

  test('the log’s own reader', async () => {
    const kit = harness({ body: { response: ['code'] } });
    const audit = auditHandler({ reader: memoryReader(memoryStore()), authorize: () => 'unauthenticated' });
    const response = await kit.log.fetch(audit)(new Request('http://host/audit/api/activities'));
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 'HTTP_UNAUTHENTICATED' });
    expect((await kit.only()).response?.body).toEqual({ code: 'HTTP_UNAUTHENTICATED' });
  });

  test('what follows the request, and the object that it is called on, reach the handler', async () => {
    const kit = harness();
    const host = {
      name: 'host',
      handle: kit.log.fetch(function (this: { name: string }, _request: Request, more: string) {
        return new Response(`${this.name} ${more}`);
      } as (request: Request, more: string) => Response),
    };
    expect(await (await host.handle(new Request('http://host/'), 'more')).text()).toBe('host more');
  });
});
