import { Readable } from 'node:stream';
import { loggedFetch } from '@deedlog/http';
import { expect, onTestFinished, test, vi } from 'vitest';
import { collectGarbage } from './support/collect-garbage.ts';
import { HUGE, upstream } from './support/upstream.ts';
import { watched } from './support/watched.ts';

const json = { 'content-type': 'application/json' };
const bodies = { body: { request: ['name'], response: ['title'] } };

/** A recording fetch that answers what it is given, and the log behind it. */
function answering(answer: () => unknown) {
  const own = watched();
  return { own, send: loggedFetch({ ...own.options, ...bodies, fetch: () => Promise.resolve(answer()) as Promise<Response> }) };
}

function streamOf(chunk: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => {
      controller.enqueue(chunk);
      controller.close();
    },
  });
}

test('a body whose reader is all that the caller keeps comes whole', async () => {
  const service = await upstream();
  const send = loggedFetch(watched().options);
  const reader = await send(`${service.base}/huge`).then((response) => response.body!.getReader());
  await collectGarbage();
  let size = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) size += read.value.length;
  expect(size).toBe(HUGE);
});

test('headers that can be gone through once only arrive', async () => {
  const service = await upstream();
  const own = watched();
  await (await loggedFetch(own.options)(`${service.base}/echo`, { headers: new Map([['x-app', 'clinic']]).entries() as unknown as Headers })).text();
  expect(service.arrivals[0]?.headers).toMatchObject({ 'x-app': 'clinic' });
  await own.told(1);
});

test.each<[string, () => Uint8Array]>([['own', () => new TextEncoder().encode('{"title":"kept"}')], ['shared with other buffers', () => Buffer.from('{"title":"kept"}')]])('chunks whose memory is %s stay whose they are', async (_name, make) => {
  const chunk = make();
  const { own, send } = answering(() => new Response(streamOf(chunk), { headers: json }));
  for (let call = 1; call <= 2; call++) {
    const { body } = await send('http://a.example/');
    const reader = body!.getReader();
    expect((await reader.read()).value).toBe(chunk);
    expect((await reader.read()).done).toBe(true);
    expect((await own.told(call))[call - 1]?.response?.body).toEqual({ title: 'kept' });
  }
});

test('a response of another kind is handed on as it is', async () => {
  const stream = Readable.from([Buffer.from('{"title":"kept"}')]);
  const like = { status: 200, headers: new Headers(json), body: stream, text: () => stream.reduce((all, chunk) => `${all}${String(chunk)}`, '') };
  const read = new Response('{"title":"read"}', { headers: json });
  await read.text();
  for (const answer of [like, read, undefined]) {
    const { own, send } = answering(() => answer);
    expect(await send('http://a.example/')).toBe(answer);
    expect((await own.told(1))[0]?.response?.statusCode).toBe(answer?.status);
  }
  expect(await like.text()).toBe('{"title":"kept"}');
});

test('a request that fetch refuses is refused as it would be, and no call is begun that never ends', async () => {
  const service = await upstream();
  const own = watched();
  let begun = 0;
  const deedlog = {
    currentFlow: () => {
      begun++;
      return undefined;
    },
  };
  const send = loggedFetch({ ...own.options, ...bodies, deedlog });
  const locked = new Request(`${service.base}/echo`, { method: 'POST', body: '{"name":"new"}', headers: json });
  locked.body!.getReader();
  const refused: [Parameters<typeof fetch>[0], RequestInit?][] = [[locked], [`${service.base}/echo`, { headers: { 'x-name': 'Ł' } }], ['not a url']];
  for (const [input, init] of refused) {
    const failure = (call: typeof fetch): Promise<unknown> => call(input, init).then(() => 'answered', (error: Error) => `${error.name}: ${error.message}`);
    expect(await failure(send)).toBe(await failure(fetch));
  }
  expect(own.records).toHaveLength(begun);
});

test('a form is recorded that leaves its content-type to fetch', async () => {
  const service = await upstream();
  const own = watched();
  const body = new URLSearchParams({ name: 'new', password: 'x' });
  await (await loggedFetch({ ...own.options, ...bodies })(`${service.base}/echo`, { method: 'POST', body })).text();
  const [record] = await own.told(1);
  expect(record?.request.body).toEqual({ name: 'new' });
  expect(record?.request.headers['content-type']).toBe(service.arrivals[0]?.headers['content-type']);
});

test('a response that nobody reads is recorded though it is kept, and can be read later; one that is read is not told so', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { own, send } = answering(() => new Response('{"title":"kept"}', { headers: json }));
  const [kept, reading] = [await send('http://a.example/kept'), await send('http://a.example/reading')];
  const { value } = await reading.body!.getReader().read();
  vi.advanceTimersByTime(10_000);
  expect(own.records.map(({ request, response, error }) => [request.path, response?.statusCode, error])).toEqual([['/kept', 200, expect.stringContaining('within 10 seconds')]]);
  expect([await kept.json(), value?.length]).toEqual([{ title: 'kept' }, 16]);
  expect(own.records).toHaveLength(1);
});
