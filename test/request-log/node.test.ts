import type { RequestRecord } from '@deedlog/core';
import type { RequestLogOptions } from '@deedlog/http';
import { once } from 'node:events';
import { createServer, request as sendRequest } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { createServer as createHttpsServer, request as secureRequest } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { json, text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { serve } from '../http/support.ts';
import { certificate, privateKey } from '../outgoing/support/self-signed.ts';
import type { Served } from '../http/support.ts';
import { harness } from './support/harness.ts';
import type { Harness } from './support/harness.ts';
import { sendBytes, withoutDate } from './support/raw.ts';

interface Logged extends Harness {
  readonly server: Served;
}

/** A logged server that ends with the test. */
async function logged(listener: (request: IncomingMessage, response: ServerResponse, kit: Harness) => unknown, options: Partial<RequestLogOptions> = {}): Promise<Logged> {
  const kit = harness(options);
  const server = await serve(kit.log.node((request: IncomingMessage, response: ServerResponse) => listener(request, response, kit)));
  onTestFinished(() => server[Symbol.asyncDispose]());
  return { ...kit, server };
}

const sendJson = (body: string | Buffer): RequestInit => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body: body as string });

describe('a request body is seen and left alone', () => {
  const big = JSON.stringify({ title: 'Lamp', rest: 'x'.repeat(200) });

  test.each<[string, (request: IncomingMessage) => Promise<string>]>([
    ['async iteration', text],
    ['data and end', (request) => new Promise((resolve) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk)).on('end', () => resolve(body));
    })],
    ['readable and read', (request) => new Promise((resolve) => {
      const chunks: Buffer[] = [];
      request.on('readable', () => {
        for (let chunk = request.read() as Buffer | null; chunk !== null; chunk = request.read() as Buffer | null) chunks.push(chunk);
      });
      request.on('end', () => resolve(Buffer.concat(chunks).toString()));
    })],
    ['pipe', async (request) => text(request.pipe(new PassThrough()))],
    ['pipeline', async (request) => {
      const through = new PassThrough();
      const [read] = await Promise.all([text(through), pipeline(request, through)]);
      return read;
    }],
    ['a web stream', (request) => new Response(Readable.toWeb(request) as ReadableStream).text()],
    ['async iteration, long after it came', async (request) => {
      for (let turn = 0; turn < 20; turn++) await setImmediate();
      expect(request.readableFlowing).toBeNull();
      return text(request);
    }],
  ])('read by %s', async (_way, read) => {
    const { server, only } = await logged(async (request, response) => response.end(await read(request)));
    expect(await (await fetch(server.url, sendJson(big))).text()).toBe(big);
    expect((await only()).request.body).toEqual({ title: 'Lamp' });
  });

  test('that nobody reads does not begin to flow', async () => {
    let flowing: unknown;
    const { server, only } = await logged((request, response) => {
      flowing = request.readableFlowing;
      response.end();
    });
    await fetch(server.url, sendJson(big));
    expect(flowing).toBeNull();
    expect((await only()).request.body).toEqual({ title: 'Lamp' });
  });

  test('that is sent byte by byte, and of several encodings', async () => {
    const { server, recorded } = await logged(async (request, response) => response.end(await text(request)));
    const request = sendRequest(server.url, { method: 'POST', headers: { 'content-type': 'application/json; charset=UTF-8' } });
    for (const byte of Buffer.from('{"title":"Lämpchen"}')) request.write(Buffer.of(byte));
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect(await text(response)).toBe('{"title":"Lämpchen"}');
    await fetch(server.url, { ...sendJson(gzipSync(big)), headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' } });
    await fetch(server.url, sendJson(Buffer.from([0x7b, 0xff, 0x7d])));
    await fetch(server.url, sendJson('[{"title":1,"x":2},{"title":2}]'));
    await fetch(server.url, { ...sendJson('{"title":1}'), headers: { 'content-type': 'application/vnd.api+json' } });
    const bodies = (await recorded(5)).map((record) => record.request.body);
    expect(bodies).toEqual([{ title: 'Lämpchen' }, '[encoded]', '[not valid JSON]', [{ title: 1 }, { title: 2 }], { title: 1 }]);
  });

  test('of which more is sent than is kept costs no more than that, and back-pressure reaches the sender', async () => {
    let go = (): void => undefined;
    const { server, only } = await logged(async (request, response) => {
      await new Promise<void>((resolve) => (go = resolve));
      let size = 0;
      for await (const chunk of request) size += (chunk as Buffer).length;
      response.end(String(size));
    });
    const total = 64 * 1024 * 1024;
    const request = sendRequest(server.url, { method: 'POST', headers: { 'content-type': 'application/json', 'content-length': total } });
    const chunk = Buffer.alloc(1024 * 1024, 0x20);
    let written = 0;
    const fill = (): void => {
      while (written < total) {
        written += chunk.length;
        if (!request.write(chunk)) return void request.once('drain', fill);
      }
      request.end();
    };
    fill();
    // The kernel takes some megabytes; then it stops, because nobody reads.
    let before = -1;
    await expect.poll(() => {
      const still = written === before;
      before = written;
      return still;
    }, { interval: 200 }).toBe(true);
    expect(written).toBeLessThan(total);
    go();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect(await text(response)).toBe(String(total));
    expect((await only()).request.body).toBe('[longer than 300 bytes]');
  });
});

describe('an answer is seen and left alone', () => {
  const body = JSON.stringify({ id: 7, note: 's3cr3t' });
  const type = { 'content-type': 'application/json' };

  test.each<[string, RequestListener]>([
    ['end with a text', (_request, response) => void response.writeHead(200, type).end(body)],
    ['end with bytes and a callback', (_request, response) => void response.writeHead(200, 'Fine', type).end(Buffer.from(body), () => undefined)],
    ['end with an encoding', (_request, response) => void response.setHeader('Content-Type', 'application/json').end(Buffer.from(body).toString('base64'), 'base64')],
    ['end with an encoding and a callback', (_request, response) => void response.setHeader('content-type', 'application/json').end(Buffer.from(body).toString('hex'), 'hex', () => undefined)],
    ['writes, then end with a callback only', (_request, response) => {
      response.writeHead(200, ['Content-Type', 'application/json', 'X-A', '1', 'X-A', '2']);
      response.write(body.slice(0, 3), 'latin1', () => undefined);
      response.write(Buffer.from(body.slice(3)), () => undefined);
      response.end(() => undefined);
    }],
    ['headers set before and with writeHead', (_request, response) => {
      response.setHeader('x-before', '1');
      response.writeHead(200, { ...type, 'x-before': '2' }).end(body);
    }],
    ['a pipe', (_request, response) => void Readable.from([Buffer.from(body)]).pipe(response.setHeader('content-type', 'application/json'))],
    ['trailers', (_request, response) => {
      response.writeHead(200, { ...type, trailer: 'x-sum' }).write(body);
      response.addTrailers({ 'x-sum': '9' });
      response.end();
    }],
    ['early hints and a continue', (_request, response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' });
      response.writeContinue();
      response.writeProcessing();
      response.writeHead(200, type).end(body);
    }],
  ])('%s', async (_name, listener) => {
    const { server, recorded } = await logged(listener);
    await using bare = await serve(listener);
    const request = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    expect(withoutDate(await sendBytes(server.port, request))).toBe(withoutDate(await sendBytes(bare.port, request)));
    const [record] = await recorded(1);
    expect(record!.response).toMatchObject({ statusCode: 200, headers: { 'content-type': 'application/json' }, body: { id: 7 } });
    expect(JSON.stringify(record)).not.toContain('s3cr3t');
  });

  test('compressed, as a file, or to HEAD tells no body', async () => {
    const { server, recorded } = await logged((request, response) => {
      if (request.url === '/zip') return response.writeHead(200, { ...type, 'content-encoding': 'gzip' }).end(gzipSync(body));
      if (request.url === '/file') return response.writeHead(200, { 'content-type': 'image/png' }).end(body);
      return response.writeHead(200, type).end(body);
    });
    expect(await (await fetch(`${server.url}/zip`)).text()).toBe(body);
    await (await fetch(`${server.url}/file`)).text();
    await fetch(`${server.url}/head`, { method: 'HEAD' });
    expect((await recorded(3)).map(({ response }) => response?.body)).toEqual(['[encoded]', null, null]);
  });

  test('server-sent events reach the client while the connection lasts; that it left is told', async () => {
    const { server, only } = await logged((_request, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n'));
    const client = new AbortController();
    const response = await fetch(server.url, { signal: client.signal });
    const { value } = await response.body!.getReader().read();
    expect(Buffer.from(value!).toString()).toBe('data: 1\n\n');
    client.abort();
    const record = await only();
    expect(record.error).toBe('aborted: the connection was closed before the answer was through');
    expect(record.response).toMatchObject({ statusCode: 200, headers: { 'content-type': 'text/event-stream' } });
  });

  test('an error that the server ends the connection with is told', async () => {
    const { server, only } = await logged((_request, response) => response.destroy(new Error('gone to token=s3cr3t')));
    await expect(fetch(server.url)).rejects.toThrow();
    const record = await only();
    expect(record.error).toBe('aborted: the connection was closed before the answer was through; Error: gone to token=***REDACTED***');
    expect(record.response).toBeNull();
  });

  test('takes as long as it takes', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { server, only } = await logged(async (_request, response) => {
      response.write('begin');
      await promise;
      response.end('end');
    });
    const response = await fetch(server.url);
    const began = performance.now();
    setTimeout(resolve, 60);
    await response.text();
    const { executionTime } = await only();
    expect(executionTime).toBeGreaterThanOrEqual(Math.min(59, performance.now() - began - 20));
  });
});

describe('what a listener throws', () => {
  test.each<[string, () => unknown]>([
    ['at once', () => {
      throw new TypeError('token=s3cr3t');
    }],
    ['later', () => Promise.reject(new TypeError('token=s3cr3t'))],
  ])('%s is recorded, and thrown on', async (_name, listener) => {
    const kit = harness();
    const thrown: unknown[] = [];
    const wrapped = kit.log.node((_request: IncomingMessage, _response: ServerResponse) => listener());
    const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      try {
        await wrapped(request, response);
      } catch (error) {
        thrown.push(error);
        response.writeHead(500).end();
      }
    };
    await using server = await serve((request, response) => void answer(request, response));
    expect((await fetch(server.url)).status).toBe(500);
    expect(thrown).toEqual([expect.any(TypeError)]);
    expect(await kit.only()).toMatchObject({ error: 'TypeError: token=***REDACTED***', response: null });
  });
});

describe('the scope of a request', () => {
  test('is there in listeners of its streams, which run outside of every scope', async () => {
    const { server, only, store } = await logged((request, response, { deedlog }) => {
      request.resume().on('end', () => {
        void deedlog.run({ host: { user: 'ada' } }, () => deedlog.trackActivity({ action: 'order.view' })).then(() => response.end());
      });
    });
    await fetch(server.url, { method: 'POST', body: 'x'.repeat(100_000), headers: { 'x-request-id': 'r-5' } });
    expect(await only()).toMatchObject({ correlationId: 'r-5', actorId: 'ada' });
    expect(store.activities[0]).toMatchObject({ correlationId: 'r-5' });
  });

  test('is its own where requests are pipelined, and the end of one answer lets the next one go', async () => {
    const kit = harness();
    const told: [string | undefined, string | undefined][] = [];
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      const tell = (): void => void told.push([request.headers['x-request-id'] as string, kit.deedlog.currentFlow()?.correlationId]);
      response.on('finish', tell).on('close', tell).on('drain', tell);
      request.resume().on('end', tell);
      if (request.url !== '/first') return void response.end('x'.repeat(200_000));
      void setImmediate().then(setImmediate).then(() => response.end('x'.repeat(200_000)));
    };
    await using server = await serve(kit.log.node(listener));
    const one = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\nX-Request-Id: r-${path.slice(1)}\r\n`;
    await sendBytes(server.port, `${one('/first')}\r\n${one('/second')}\r\n${one('/third')}Connection: close\r\n\r\n`);
    await kit.recorded(3);
    expect(told.length).toBeGreaterThanOrEqual(9);
    for (const [sent, seen] of told) expect(seen).toBe(sent);
  });

  test('is recorded for each of many pipelined requests whose client leaves before their turn', async () => {
    const kit = harness();
    const warnings: Error[] = [];
    const warned = (warning: Error): void => void warnings.push(warning);
    process.on('warning', warned);
    onTestFinished(() => void process.off('warning', warned));
    const all = Promise.withResolvers<void>();
    const paths = ['/first', ...Array.from({ length: 30 }, (_, index) => `/${index}`)];
    let arrived = 0;
    const listener = ({ url }: IncomingMessage, response: ServerResponse): void => {
      // Every second one is answered, and waits for its turn.
      if (url !== '/first' && Number(url?.slice(1)) % 2 === 0) response.end('done');
      if (++arrived === paths.length) all.resolve();
    };
    await using server = await serve(kit.log.node(listener));
    const client = connect(server.port, '127.0.0.1');
    client.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''));
    await all.promise;
    client.destroy();
    const records = await kit.recorded(paths.length);
    expect(records.map(({ request }) => request.path).toSorted()).toEqual(paths.toSorted());
    for (const { error } of records) expect(error).toMatch(/^aborted/);
    expect(warnings).toEqual([]);
  });

  test('is not that of the code that started the server', async () => {
    const kit = harness();
    const server = createServer(kit.log.node((_request: IncomingMessage, response: ServerResponse) => response.end(kit.deedlog.currentFlow()?.correlationId)));
    onTestFinished(() => void server.close());
    await kit.deedlog.run({ host: { user: 'boot' }, correlationId: 'boot' }, async () => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    });
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { headers: { connection: 'close' } });
    const correlation = await response.text();
    expect(correlation).not.toBe('boot');
    expect(await kit.only()).toMatchObject({ correlationId: correlation, actorId: null });
  });

  test('is the one that the application has opened for this request already', async () => {
    const kit = harness();
    const inner = kit.log.node((_request: IncomingMessage, response: ServerResponse) => response.end());
    await using server = await serve((request, response) => {
      const context = request.url === '/same' ? kit.context(request) : { requestId: 'another' };
      kit.deedlog.run({ host: { user: 'ada' }, context, correlationId: 'mine' }, () => inner(request, response));
    });
    await fetch(`${server.url}/same`);
    await fetch(`${server.url}/other`);
    const [same, other] = await kit.recorded(2);
    expect(same).toMatchObject({ actorId: 'ada', correlationId: 'mine' });
    expect(other).toMatchObject({ actorId: null, correlationId: other!.requestId });
  });

  test('is its own where the context tells no request id', async () => {
    const kit = harness({ context: () => ({ ip: '192.0.2.1' }) });
    const listener = kit.log.node((_request: IncomingMessage, response: ServerResponse) => response.end());
    await kit.deedlog.run({ host: { user: 'boot' } }, async () => {
      await using server = await serve(listener);
      await fetch(server.url);
      await fetch(server.url);
      const records = await kit.recorded(2);
      expect(records).toMatchObject([{ actorId: null }, { actorId: null }]);
      expect(new Set([...records.map(({ correlationId }) => correlationId), kit.deedlog.currentFlow()?.correlationId]).size).toBe(3);
    });
  });

  test('a request that meets two adapters is recorded once', async () => {
    const kit = harness();
    await using server = await serve(kit.log.node(kit.log.node((_request: IncomingMessage, response: ServerResponse) => response.end())));
    await fetch(server.url);
    await fetch(server.url);
    expect(await kit.recorded(2)).toHaveLength(2);
  });

  test('who acts may be told by the application where deedlog asked nobody', async () => {
    const { server, recorded } = await logged(
      async (request, response, { deedlog }) => {
        if (request.url === '/asked') await deedlog.run({ host: { user: 'ada' } }, () => deedlog.trackActivity({ action: 'order.view' }));
        response.end();
      },
      { actor: (request) => ({ kind: 'user', id: String((request as IncomingMessage).headers['x-user']) }) },
    );
    await fetch(`${server.url}/unasked`, { headers: { 'x-user': 'bob' } });
    await fetch(`${server.url}/asked`, { headers: { 'x-user': 'bob' } });
    expect((await recorded(2)).map(({ actorId }) => actorId)).toEqual(['bob', 'ada']);
  });
});

describe('other protocols', () => {
  test('HTTP/2: body, answer, and a stream that the client resets', async () => {
    const kit = harness();
    const answer = async (request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> => {
      if (request.url === '/hang') return response.stream.respond({ ':status': 200 });
      const { title } = (await json(request)) as { title: string };
      response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ title, note: 's3cr3t' }));
    };
    const server = createHttp2Server(kit.log.node((request, response) => void answer(request, response)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    onTestFinished(() => {
      client.destroy();
      server.close();
    });
    const stream = client.request({ ':method': 'POST', ':path': '/orders?page=1', 'content-type': 'application/json' });
    stream.end('{"title":"Lamp"}');
    expect(await text(stream)).toBe('{"title":"Lamp","note":"s3cr3t"}');
    expect(await kit.only()).toMatchObject({
      request: { method: 'POST', path: '/orders', query: { page: '1' }, body: { title: 'Lamp' } },
      response: { statusCode: 201, body: { title: 'Lamp' } },
      error: null,
    });
    const hanging = client.request({ ':path': '/hang' });
    await once(hanging, 'response');
    hanging.close(8);
    const [, hung] = await kit.recorded(2);
    expect(hung!.error).toMatch(/^aborted/);
  });

  test('TLS is told as https', async () => {
    const kit = harness();
    const server = createHttpsServer({ key: privateKey, cert: certificate }, kit.log.node((_request, response) => response.end('over TLS')));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const request = secureRequest({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', ca: certificate, agent: false }).end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect(await text(response)).toBe('over TLS');
    expect((await kit.only()).protocol).toBe('https');
  });

  test.each<[string, string, Partial<RequestRecord['response']> | null, string | null]>([
    ['accepted', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n', { statusCode: 101 }, null],
    ['refused', 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n', { statusCode: 403 }, null],
    ['dropped', '', null, 'aborted: the connection was closed before the answer was through'],
  ])('an upgrade that is %s', async (_name, answer, response, error) => {
    const kit = harness();
    const upgrading = createServer();
    upgrading.on('upgrade', kit.log.upgrade((_request, socket) => void (answer === '' ? socket.destroy() : socket.end(answer))));
    upgrading.listen(0, '127.0.0.1');
    await once(upgrading, 'listening');
    onTestFinished(() => void upgrading.close());
    const bytes = await sendBytes((upgrading.address() as AddressInfo).port, 'GET /socket?token=s3cr3t HTTP/1.1\r\nHost: x\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n');
    expect(bytes).toBe(answer);
    const record = await kit.only();
    expect(record).toMatchObject({ request: { path: '/socket' }, error });
    if (response === null) expect(record.response).toBeNull();
    else expect(record.response).toMatchObject(response);
  });
});
