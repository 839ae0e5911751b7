import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { loggedFetch } from '@deedlog/http';
import { GraphQLClient } from 'graphql-request';
import { fetch as undiciFetch } from 'undici';
import { describe, expect, test } from 'vitest';
import { HUGE, upstream } from './support/upstream.ts';
import { watched, watching } from './support/watched.ts';

const json = { 'content-type': 'application/json' };
const bodies = { body: { request: ['name', 'query'], response: ['title', 'id'] } };

describe('a fetch that records', () => {
  test('what it sends and gets, of whom, once; a log that watches does not record it again', async () => {
    const service = await upstream();
    const [own, log] = [watched(), watching()];
    const send = loggedFetch({ ...own.options, ...bodies, services: { apollo: service.host }, query: ['id'] });
    const answer: unknown = await own.as('ada', async () => (await send(`${service.base}/echo?id=7&x=1#f`, { method: 'POST', body: '{"name":"new","other":1}', headers: json })).json());
    expect(answer).toMatchObject({ title: 'answer', id: '7', sent: '{"name":"new","other":1}' });
    expect((await own.told(1))[0]).toMatchObject({
      serviceName: 'apollo',
      request: { method: 'POST', path: '/echo', endpoint: `${service.base}/echo`, query: { id: '7' }, headers: json, body: { name: 'new' } },
      response: { statusCode: 200, body: { title: 'answer', id: '7' } },
      error: null,
      actorId: 'ada',
      correlationId: 'flow-ada',
    });
    await log.told(0);
  });

  test.each<[string, () => RequestInit & { url?: string }]>([
    ['a text', () => ({ body: '{"name":"new"}', headers: json })],
    ['bytes', () => ({ body: new TextEncoder().encode('{"name":"new"}'), headers: json })],
    ['a buffer', () => ({ body: new TextEncoder().encode('{"name":"new"}').buffer, headers: json })],
    ['a form', () => ({ body: new URLSearchParams({ name: 'new', password: 'x' }), headers: { 'content-type': 'application/x-www-form-urlencoded' } })],
  ])('a body that is %s', async (_name, init) => {
    const service = await upstream();
    const own = watched();
    const send = loggedFetch({ ...own.options, ...bodies });
    await (await send(`${service.base}/echo`, { method: 'POST', ...init() })).text();
    await (await send(new Request(`${service.base}/echo`, { method: 'POST', ...init() }))).text();
    expect((await own.told(2)).map(({ request }) => request.body)).toEqual([{ name: 'new' }, { name: 'new' }]);
    expect(new Set(service.arrivals.map(({ body, headers }) => `${body} ${headers['content-length']}`)).size).toBe(1);
  });

  test('a body that is a stream or a file is sent, and not looked at', async () => {
    const service = await upstream();
    const own = watched();
    const send = loggedFetch({ ...own.options, ...bodies });
    const stream = new Blob(['{"name":"new"}']).stream();
    await (await send(`${service.base}/echo`, { method: 'POST', body: stream, duplex: 'half', headers: json } as RequestInit)).text();
    await (await send(`${service.base}/echo`, { method: 'POST', body: new Blob(['{"name":"new"}']), headers: json })).text();
    expect((await own.told(2)).map(({ request }) => request.body)).toEqual([null, null]);
    expect(service.arrivals.map(({ body }) => body)).toEqual(['{"name":"new"}', '{"name":"new"}']);
  });

  test('an answer in chunks, and one that is compressed', async () => {
    const service = await upstream();
    const own = watched();
    const send = loggedFetch({ ...own.options, ...bodies });
    expect(await (await send(`${service.base}/chunked`)).json()).toEqual({ title: 'chunks' });
    expect(await (await send(`${service.base}/gzip`)).json()).toEqual({ title: 'zipped', id: 7 });
    expect((await own.told(2)).map(({ response }) => response?.body)).toEqual([{ title: 'chunks' }, { title: 'zipped', id: 7 }]);
  });

  test('a redirect is one call', async () => {
    const service = await upstream();
    const [own, log] = [watched(), watching()];
    const response = await loggedFetch(own.options)(`${service.base}/away?to=/echo`);
    expect([response.url, response.redirected]).toEqual([`${service.base}/echo`, true]);
    await response.text();
    expect((await own.told(1))[0]).toMatchObject({ request: { path: '/away' }, response: { statusCode: 200 } });
    await log.told(0);
  });

  test('through a fetch of another kind, and for clients that take one', async () => {
    const service = await upstream();
    const own = watched();
    const send = loggedFetch({ ...own.options, ...bodies, fetch: undiciFetch as unknown as typeof fetch });
    await (await send(new URL(`${service.base}/echo`))).text();
    await new GraphQLClient(`${service.base}/echo`, { fetch: send }).request('query Titles { title }').catch(() => undefined);
    const records = await own.told(2);
    expect(records[1]?.request).toMatchObject({ method: 'POST', body: { query: 'query Titles { title }' } });
  });
});

describe('the answer is the one that came', () => {
  test('in all that it tells', async () => {
    const service = await upstream();
    const send = loggedFetch({ ...watched().options, ...bodies });
    for (const path of ['/echo', '/fail', '/none', '/gzip']) {
      const [plain, seen] = [await fetch(service.base + path), await send(service.base + path)];
      const facts = ({ status, statusText, ok, url, redirected, type, bodyUsed, headers }: Response): unknown => [status, statusText, ok, url, redirected, type, bodyUsed, [...headers.keys()]];
      expect(facts(seen)).toEqual(facts(plain));
      expect(seen).toBeInstanceOf(Response);
      const copy = seen.clone();
      expect([copy.url, await copy.text(), await seen.text()]).toEqual([plain.url, ...Array<string>(2).fill(await plain.text())]);
      expect(seen.bodyUsed).toBe(plain.body !== null);
    }
  });

  test('read into a buffer of one’s own', async () => {
    const service = await upstream();
    const own = watched();
    const { body } = await loggedFetch({ ...own.options, ...bodies })(`${service.base}/chunked`);
    const reader = body!.getReader({ mode: 'byob' });
    let [read, view] = ['', new Uint8Array(4)];
    for (;;) {
      const { done, value } = await reader.read(view);
      if (done) break;
      read += new TextDecoder().decode(value);
      view = new Uint8Array(value.buffer);
    }
    expect(read).toBe('{"title":"chunks"}');
    expect((await own.told(1))[0]?.response?.body).toEqual({ title: 'chunks' });
  });

  test('at the pace of whoever reads it: nothing is gathered', async () => {
    let produced = 0;
    const source = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        produced++;
        controller.enqueue(new Uint8Array(65_536));
        if (produced === 200) controller.close();
      },
    }, { highWaterMark: 0 });
    const own = watched();
    const send = loggedFetch({ ...own.options, ...bodies, fetch: () => Promise.resolve(new Response(source, { headers: json })) });
    const reader = (await send('http://a.example/')).body!.getReader();
    for (let read = 1; read <= 5; read++) {
      await reader.read();
      await new Promise(setImmediate);
      expect(produced).toBeLessThanOrEqual(read + 1);
    }
    while (!(await reader.read()).done);
    expect((await own.told(1))[0]?.response?.body).toBe('[longer than 16384 bytes]');
  });

  test('a huge one comes whole', async () => {
    const service = await upstream();
    const own = watched();
    const send = loggedFetch({ ...own.options, ...bodies });
    expect((await (await send(`${service.base}/huge`)).arrayBuffer()).byteLength).toBe(HUGE);
    expect((await own.told(1))[0]?.response?.body).toBe('[longer than 16384 bytes]');
  });
});

describe('a call that fails', () => {
  test('throws what it would have thrown, and is recorded', async () => {
    const service = await upstream();
    const own = watched();
    const thrown = new Error('of the caller');
    const send = loggedFetch(own.options);
    const stop = new AbortController();
    const hanging = send(`${service.base}/hang`, { signal: stop.signal });
    stop.abort(thrown);
    await expect(hanging).rejects.toBe(thrown);
    const broken = loggedFetch({ ...own.options, fetch: () => Promise.reject(thrown) });
    await expect(broken('http://a.example/')).rejects.toBe(thrown);
    expect((await own.told(2)).map(({ response, error }) => [response, error])).toEqual([[null, 'Error: of the caller'], [null, 'Error: of the caller']]);
  });

  test.each(['not a url', 'ftp://a.example/', 'data:text/plain,x', 'http://user:secret@a.example/'])('%s is what it is to fetch', async (url) => {
    const own = watched();
    const outcome = (send: typeof fetch): Promise<string> => send(url).then((response) => response.text(), (error: Error) => `${error.name}: ${error.message}`);
    expect(await outcome(loggedFetch(own.options))).toBe(await outcome(fetch));
  });

  test('while its answer is read', async () => {
    const service = await upstream();
    const own = watched();
    const send = loggedFetch(own.options);
    await expect((await send(`${service.base}/half`)).text()).rejects.toThrow('terminated');
    await (await send(`${service.base}/stall`)).body?.cancel('enough');
    expect((await own.told(2)).map(({ response, error }) => [response?.statusCode, error])).toEqual([
      [200, expect.stringContaining('closed')],
      [200, 'enough'],
    ]);
  });

  test('an answer that nobody reads is recorded when it is thrown away', async () => {
    const service = await upstream();
    const own = watched();
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    await loggedFetch(own.options)(`${service.base}/stall`);
    await expect.poll(() => {
      collect();
      return own.records.length;
    }).toBe(1);
    expect(own.records[0]).toMatchObject({ response: { statusCode: 200 }, error: 'Error: the response was not read' });
  });

  test('a sink that fails changes nothing', async () => {
    const service = await upstream();
    const own = watched();
    const send = loggedFetch({ ...own.options, ...bodies, sink: { writeRequests: () => Promise.reject(new Error('full')) } });
    expect(await (await send(`${service.base}/chunked`)).json()).toEqual({ title: 'chunks' });
    await expect.poll(() => own.problems.length).toBe(1);
  });
});
