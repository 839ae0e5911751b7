import { createRequire } from 'node:module';
import { outgoingLog } from '@deedlog/http';
import axios from 'axios';
import ky from 'ky';
import { describe, expect, test } from 'vitest';
import { getWithNode } from './support/get-with-node.ts';
import { upstream } from './support/upstream.ts';
import { watched, watching } from './support/watched.ts';

// This file may not load undici of npm: it puts itself behind the global fetch.

describe('the undici that Node brings along', () => {
  test('is the one behind fetch here', () => {
    expect(Object.keys(createRequire(import.meta.url).cache).filter((file) => file.includes('undici'))).toEqual([]);
  });

  test('is seen, with its flow, its answer and its time', async () => {
    const service = await upstream();
    const log = watching({ body: { request: ['name'], response: ['title'] } });
    const init = { method: 'POST', body: '{"name":"new","password":"x"}', headers: { 'content-type': 'application/json' } };
    await log.as('ada', async () => (await fetch(`${service.base}/echo`, init)).text());
    await log.as('ben', async () => (await axios.get(`${service.base}/late?ms=60`, { adapter: 'fetch' })).status);
    await log.as('cid', () => ky.get(`${service.base}/chunked`).text());
    const records = await log.told(3);
    expect(records.map(({ actorId, request, response }) => [actorId, request.body, response?.body])).toEqual([
      ['ada', { name: 'new' }, { title: 'answer' }],
      ['ben', null, { title: 'late' }],
      ['cid', null, { title: 'chunks' }],
    ]);
    expect(records[1]?.executionTime).toBeGreaterThanOrEqual(55);
  });

  test('tells a body that is compressed as such', async () => {
    const service = await upstream();
    const log = watching({ body: { response: ['title'] } });
    await (await fetch(`${service.base}/gzip`)).json();
    expect((await log.told(1))[0]?.response?.body).toBe('[encoded]');
  });

  test('tells an answer that was cancelled, and one that nobody read', async () => {
    const service = await upstream();
    const log = watching();
    await (await fetch(`${service.base}/huge`)).body?.cancel();
    const [record] = await log.told(1);
    expect(record).toMatchObject({ response: { statusCode: 200 }, error: expect.stringContaining('abort') as string });
    await fetch(`${service.base}/echo`);
    expect((await log.told(2))[1]).toMatchObject({ response: { statusCode: 200 }, error: null });
  });

  test('300 calls of 150 flows', async () => {
    const service = await upstream();
    const log = watching();
    await Promise.all(
      Array.from({ length: 150 }, (_, index) =>
        log.as(`u${index}`, async () => {
          await (await fetch(`${service.base}/late/u${index}?ms=2`)).text();
          await (await fetch(`${service.base}/away/u${index}?to=/late/u${index}`)).text();
        }),
      ),
    );
    for (const { request, actorId, correlationId } of await log.told(450)) {
      const user = request.path.split('/')[2];
      expect([actorId, correlationId]).toEqual([user, `flow-${user}`]);
    }
  });
});

test('a log that is closed while calls are under way hands them over as they stand', async () => {
  const service = await upstream();
  const log = watched();
  const { close } = outgoingLog(log.options);
  const stop = new AbortController();
  const hanging = fetch(`${service.base}/hang`, { signal: stop.signal }).catch(() => undefined);
  const stalled = await fetch(`${service.base}/stall`, { signal: stop.signal });
  await expect.poll(() => service.arrivals.length).toBe(2);
  close();
  close();
  const records = await log.told(2);
  expect(records.map(({ request, response, error }) => [request.path, response?.statusCode, error])).toEqual([
    ['/hang', undefined, expect.stringContaining('the log was closed')],
    ['/stall', 200, expect.stringContaining('the log was closed')],
  ]);
  stop.abort();
  await Promise.all([hanging, stalled.text().catch(() => undefined)]);
  await getWithNode(`${service.base}/echo`);
  await (await fetch(`${service.base}/echo`)).text();
  await log.told(2);
});
