import type { RequestRecord } from '@deedlog/core';
import type { RequestLogOptions } from '@deedlog/http';
import { once } from 'node:events';
import { request as sendRequest } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { Adapter } from './support/adapters.ts';
import { withoutDate } from './support/raw.ts';
import { sendBytes } from './support/raw.ts';
import { startServer } from './support/start-server.ts';
import type { Started } from './support/start-server.ts';

const UUID = /^[\da-f-]{36}$/;

const post = (body: string, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', 'x-request-id': 'r-1', authorization: 'Bearer s3cr3t-s3cr3t', cookie: 'sid=s3cr3t', 'user-agent': 'test/1', ...headers },
  body,
});

const ORDER = JSON.stringify({ title: 'Lamp', customer: { name: 'Ada', ssn: 's3cr3t' }, password: 's3cr3t', note: 's3cr3t' });

/** What every adapter of the request log has to do. */
export function requestLogContract(adapter: Adapter): void {
  const start = (options?: Partial<RequestLogOptions>): Promise<Started> => startServer(adapter, options);

  describe(`the request log of ${adapter.name}`, () => {
    test('tells everything of a request, and no more than is allowed', async () => {
      await using started = await start({ headers: { request: ['content-type', 'authorization', 'cookie', 'user-agent'], response: ['content-type', 'x-custom', 'set-cookie'] } });
      const response = await fetch(`${started.server.url}/orders?page=2&page=3&token=s3cr3t&invite=s3cr3t`, post(ORDER));
      expect(response.status).toBe(201);
      expect(response.headers.getSetCookie()).toHaveLength(2);
      expect(await response.json()).toMatchObject({ title: 'Lamp', note: 's3cr3t' });
      const record = await started.only();
      expect(record).toEqual({
        id: expect.stringMatching(UUID) as string,
        startedAt: expect.any(Date) as Date,
        requestType: 'internal',
        protocol: 'http',
        serviceName: 'orders',
        request: {
          method: 'POST',
          path: '/orders',
          endpoint: null,
          query: { page: ['2', '3'], token: '***REDACTED***' },
          headers: { 'content-type': 'application/json', authorization: '***REDACTED***', cookie: '***REDACTED***', 'user-agent': 'test/1' },
          body: { title: 'Lamp', customer: { name: 'Ada' }, password: '***REDACTED***' },
        },
        response: {
          statusCode: 201,
          headers: { 'content-type': expect.stringMatching(/^application\/json/) as string, 'x-custom': 'kept', 'set-cookie': '***REDACTED***' },
          body: { id: 7, title: 'Lamp', token: '***REDACTED***' },
        },
        error: null,
        executionTime: expect.any(Number) as number,
        actorKind: null,
        actorId: null,
        actorLabel: null,
        onBehalfOf: null,
        ip: '127.0.0.1',
        requestId: 'r-1',
        traceId: null,
        tenant: null,
        correlationId: 'r-1',
        causationId: null,
      } satisfies RequestRecord);
      expect(JSON.stringify(started.records)).not.toContain('s3cr3t');
      expect(started.problems).toEqual([]);
    });

    test('by default stores no query, no body, and only harmless headers', async () => {
      await using started = await start({ query: [], body: {} });
      await (await fetch(`${started.server.url}/orders?page=2`, post(ORDER, { 'x-other': 'mine' }))).text();
      const { request, response } = await started.only();
      expect(request).toMatchObject({ query: {}, body: null });
      expect(Object.keys(request.headers)).toEqual(expect.arrayContaining(['content-type', 'user-agent', 'host']));
      expect(Object.keys(request.headers)).not.toEqual(expect.arrayContaining(['x-other']));
      expect(Object.keys(request.headers).filter((name) => ['authorization', 'cookie', 'x-request-id', 'x-other'].includes(name))).toEqual([]);
      expect(response).toMatchObject({ statusCode: 201, body: null });
      expect(Object.keys(response!.headers)).toContain('content-type');
    });

    test('has the correlation id and the actor of the activity that the request recorded', async () => {
      await using started = await start();
      const response = await fetch(`${started.server.url}/orders/7`, { headers: { 'x-user': 'ada' } });
      const { id: correlation } = (await response.json()) as { id: string };
      const record = await started.only();
      const [activity] = started.store.activities;
      expect(record).toMatchObject({ actorKind: 'user', actorId: 'ada', correlationId: correlation, requestId: correlation, request: { path: '/orders/7' } });
      expect(activity).toMatchObject({ correlationId: correlation, actorId: 'ada', context: { path: '/orders/7' } });
    });

    test('keeps 500 requests of different people apart', async () => {
      await using started = await start();
      const send = async (index: number): Promise<[string, string]> => {
        const response = await fetch(`${started.server.url}/orders/7`, { headers: { 'x-user': `user-${index}`, 'x-request-id': `r-${index}` } });
        return [`user-${index}`, ((await response.json()) as { id: string }).id];
      };
      const sent = await Promise.all(Array.from({ length: 500 }, (_, index) => send(index)));
      await started.recorded(500);
      const pairs = (list: readonly (readonly [string | null, string | null])[]): readonly string[] => list.map((pair) => pair.join(' ')).toSorted();
      const expected = pairs(Array.from({ length: 500 }, (_, index) => [`user-${index}`, `r-${index}`] as const));
      expect(pairs(sent)).toEqual(expected);
      expect(pairs(started.records.map(({ actorId, correlationId }) => [actorId, correlationId]))).toEqual(expected);
      expect(pairs(started.store.activities.map(({ actorId, correlationId }) => [actorId, correlationId]))).toEqual(expected);
    });

    test('tells the error that was thrown, without its secrets, and the answer that was given for it', async () => {
      await using started = await start();
      expect((await fetch(`${started.server.url}/fails`)).status).toBe(500);
      const record = await started.only();
      expect(record.error).toBe('Error [DB_GONE]: database at postgres://***REDACTED***@db/orders is gone');
      expect(record.response).toMatchObject({ statusCode: 500 });
    });

    test('reads a form, and tells a body that is too long, no JSON, or of another type', async () => {
      await using started = await start();
      const form = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'title=Lamp&password=s3cr3t&other=1' };
      expect(await (await fetch(`${started.server.url}/form`, form)).json()).toEqual({ id: 'Lamp' });
      await (await fetch(`${started.server.url}/orders`, post(JSON.stringify({ title: 'x'.repeat(400) })))).text();
      await (await fetch(`${started.server.url}/orders`, post('{"title": s3cr3t'))).text();
      await (await fetch(`${started.server.url}/orders`, post('title', { 'content-type': 'text/plain' }))).text();
      const [first, long, invalid, other] = await started.recorded(4);
      expect(first!.request.body).toEqual({ title: 'Lamp', password: '***REDACTED***' });
      expect(long!.request.body).toBe('[longer than 300 bytes]');
      expect(long!.response?.body).toBe('[longer than 300 bytes]');
      expect(invalid!.request.body).toBe('[not valid JSON]');
      expect(other!.request.body).toBeNull();
      expect(JSON.stringify(started.records)).not.toContain('s3cr3t');
    });

    test('records no health check, and opens its scope all the same', async () => {
      await using started = await start({ paths: { exclude: ['/orders/*'] } });
      const { id } = (await (await fetch(`${started.server.url}/orders/7`, { headers: { 'x-request-id': 'r-9' } })).json()) as { id: string };
      expect(id).toBe('r-9');
      await (await fetch(`${started.server.url}/empty`)).text();
      expect(await started.only()).toMatchObject({ request: { path: '/empty' } });
      await using usual = await start();
      await (await fetch(`${usual.server.url}/api/v1/health/`)).text();
      await (await fetch(`${usual.server.url}/empty`)).text();
      expect(await usual.only()).toMatchObject({ request: { path: '/empty' } });
    });

    test('has no body for HEAD and 204, and a record for what nobody serves', async () => {
      await using started = await start();
      await fetch(`${started.server.url}/orders/7`, { method: 'HEAD' });
      await (await fetch(`${started.server.url}/empty`)).text();
      expect((await fetch(`${started.server.url}/none`)).status).toBe(404);
      const [head, empty, none] = await started.recorded(3);
      expect(head).toMatchObject({ request: { method: 'HEAD' }, response: { body: null } });
      expect(empty).toMatchObject({ response: { statusCode: 204, body: null } });
      expect(none).toMatchObject({ request: { path: '/none' }, response: { statusCode: 404 } });
    });

    test('hands a stream on chunk by chunk', async () => {
      await using started = await start();
      const response = await fetch(`${started.server.url}/stream`);
      const reader = response.body!.getReader();
      expect(Buffer.from((await reader.read()).value!).toString()).toBe('one\n');
      // The second half is not made before the first has been read here.
      started.app.open();
      expect(Buffer.from((await reader.read()).value!).toString()).toBe('two\n');
      expect((await reader.read()).done).toBe(true);
      expect(await started.only()).toMatchObject({ response: { statusCode: 200, body: null }, error: null });
    });

    test('tells that the client went away before the answer', async () => {
      await using started = await start();
      const request = sendRequest(`${started.server.url}/slow`).end();
      request.on('error', () => undefined);
      await once(request, 'socket');
      await expect.poll(() => request.socket?.bytesWritten ?? 0).toBeGreaterThan(0);
      // Until the server has the request, and is at the gate.
      await (await fetch(`${started.server.url}/empty`)).text();
      request.destroy();
      const records = await started.recorded(2);
      const slow = records.find(({ request: { path } }) => path === '/slow');
      expect(slow?.error).toMatch(/^aborted: /);
      if (adapter.name !== 'fetch') expect(slow?.response).toBeNull();
    });

    test('tells that the answer broke', async () => {
      await using started = await start();
      await expect(fetch(`${started.server.url}/broken`).then((response) => response.text())).rejects.toThrow();
      const { error } = await started.only();
      expect(error).toMatch(/DB_GONE/);
      expect(error).not.toContain('s3cr3t');
    });

    test('changes no byte of an answer', async () => {
      // The Node server of Hono spells the headers of an answer whose body is looked at in another way; the others are as they were.
      await using started = await start(adapter.name === 'fetch' ? { body: { request: ['title'] } } : {});
      await using bare = await adapter.serve({ app: started.app, deedlog: started.deedlog, log: undefined });
      started.app.open();
      const length = Buffer.byteLength(ORDER);
      const head = 'Host: x\r\nX-User: ada\r\nX-Request-Id: r-1\r\n';
      const requests = [
        `POST /orders HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${ORDER}`,
        `POST /orders HTTP/1.1\r\n${head}Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${ORDER}`,
        `POST /orders HTTP/1.1\r\n${head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n${length.toString(16)}\r\n${ORDER}\r\n0\r\n\r\n`,
        // Pipelined, on one connection.
        `GET /stream HTTP/1.1\r\n${head}\r\nGET /empty HTTP/1.1\r\n${head}\r\nHEAD /stream HTTP/1.1\r\n${head}\r\nGET /fails HTTP/1.1\r\n${head}Connection: close\r\n\r\n`,
        `GET /none%zz?%zz HTTP/1.0\r\n\r\n`,
        `OPTIONS * HTTP/1.1\r\n${head}Connection: close\r\n\r\n`,
      ];
      for (const request of requests) {
        const [logged, plain] = [await sendBytes(started.server.port, request), await sendBytes(bare.port, request)];
        expect(plain.length).toBeGreaterThan(20);
        expect(withoutDate(logged)).toBe(withoutDate(plain));
      }
    });

    test('survives a sink that throws or rejects, callbacks that throw, and says so once', async () => {
      const failing = (): never => {
        throw new Error('broken');
      };
      await using throwing = await start({ sink: { name: 'bad', writeRequests: failing, ready: failing } });
      await using rejecting = await start({ sink: { name: 'bad', writeRequests: () => Promise.reject(new Error('broken')), ready: () => Promise.reject(new Error('broken')) } });
      await using asking = await start({ context: failing, actor: failing, now: failing, body: { request: failing, response: failing } });
      for (const started of [throwing, rejecting, asking]) {
        for (let round = 0; round < 3; round++) expect((await fetch(`${started.server.url}/orders`, post(ORDER))).status).toBe(201);
        await expect.poll(() => started.problems.length).toBeGreaterThan(0);
        expect(new Set(started.problems.map(({ code }) => code))).toEqual(new Set(['HTTP_REQUEST_LOG_FAILED']));
      }
      // Once for `ready`, once for `writeRequests`.
      expect(throwing.problems).toHaveLength(2);
      await expect.poll(() => rejecting.problems.length).toBe(2);
      expect(asking.problems.map(({ message }) => /context|now|body\.request|body\.response|actor/.exec(message)?.[0]).toSorted()).toEqual(['actor', 'body.request', 'body.response', 'context', 'now']);
      await asking.recorded(3);
    });
  });
}
