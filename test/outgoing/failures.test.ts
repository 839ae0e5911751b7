import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { get } from 'node:http';
import axios from 'axios';
import { request } from 'undici';
import { describe, expect, test } from 'vitest';
import { clients } from './support/clients.ts';
import { upstream } from './support/upstream.ts';
import { watching } from './support/watched.ts';

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const once = clients.filter(({ name }) => name !== 'ky');

describe('a call that fails is recorded with its error, and fails as it would', () => {
  test.each(once)('$name: connection refused', async ({ call }) => {
    const url = `http://127.0.0.1:${await closedPort()}/echo`;
    const log = watching();
    const failure: unknown = await log.as('ada', () => call(url, {}).then(() => undefined, (error: unknown) => error));
    expect(failure).toBeInstanceOf(Error);
    expect((await log.told(1))[0]).toMatchObject({ response: null, error: expect.stringContaining('ECONNREFUSED') as string, correlationId: 'flow-ada', request: { endpoint: url } });
  });

  test.each(once)('$name: no such host', async ({ call }) => {
    const log = watching();
    await call('http://nowhere.invalid/echo', {}).catch(() => undefined);
    expect((await log.told(1))[0]).toMatchObject({ serviceName: 'nowhere.invalid', response: null, error: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) as string });
  });

  test.each(once)('$name: a certificate that nobody signed', async ({ call }) => {
    const service = await upstream({ tls: true });
    const log = watching();
    await call(`${service.base}/echo`, {}).catch(() => undefined);
    expect((await log.told(1))[0]).toMatchObject({ protocol: 'https', serviceName: service.host, response: null, error: expect.stringMatching(/SELF_SIGNED|self.signed/i) as string });
    expect(service.arrivals).toEqual([]);
  });

  test.each(once)('$name: an answer that breaks off', async ({ call }) => {
    const service = await upstream();
    const log = watching();
    await call(`${service.base}/half`, {}).catch(() => undefined);
    const [record] = await log.told(1);
    expect(record?.response?.statusCode).toBe(200);
    expect(record?.error).toMatch(/closed|aborted|ECONNRESET/);
  });

  test.each(clients)('$name: an answer that tells an error', async ({ name, call }) => {
    const service = await upstream();
    const log = watching();
    await call(`${service.base}/fail`, {}).catch(() => undefined);
    // ky tries three times, the others once: each attempt is a call.
    const records = await log.told(name === 'ky' ? 3 : 1);
    expect(records.map(({ response, error }) => [response?.statusCode, error])).toEqual(records.map(() => [503, null]));
  });
});

describe('a call that its caller ends', () => {
  test('while it waits for an answer', async () => {
    const service = await upstream();
    const log = watching();
    const stop = new AbortController();
    const { signal } = stop;
    const url = `${service.base}/hang`;
    const calls = Promise.allSettled([fetch(url, { signal }), request(url, { signal }), axios.get(url, { signal })]);
    await expect.poll(() => service.arrivals.length).toBe(3);
    stop.abort();
    expect((await calls).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    for (const { response, error } of await log.told(3)) {
      expect(response).toBeNull();
      expect(error).toMatch(/abort|cancel/i);
    }
  });

  test('by a time limit', async () => {
    const service = await upstream();
    const log = watching();
    await expect(fetch(`${service.base}/hang`, { signal: AbortSignal.timeout(30) })).rejects.toThrow('timeout');
    await expect(axios.get(`${service.base}/hang`, { timeout: 30 })).rejects.toThrow('timeout');
    const records = await log.told(2);
    expect(records[0]?.error).toMatch(/timeout/i);
    expect(records.every(({ executionTime }) => executionTime > 20 && executionTime < 5000)).toBe(true);
  });

  test('while it reads', async () => {
    const service = await upstream();
    const log = watching();
    const response = await fetch(`${service.base}/huge`);
    await response.body?.cancel();
    await new Promise<void>((resolve) => {
      get(`${service.base}/huge`, (answer) => answer.once('data', () => answer.destroy()).once('close', resolve));
    });
    for (const record of await log.told(2)) {
      expect(record.response?.statusCode).toBe(200);
      expect(record.error).toMatch(/abort|not read to its end/i);
    }
  });

  test('what its code then does is its own flow’s', async () => {
    const service = await upstream();
    const log = watching();
    await log.as('ada', async () => {
      const stop = new AbortController();
      const hanging = fetch(`${service.base}/hang/ada`, stop).catch(() => undefined);
      await expect.poll(() => service.arrivals.length).toBe(1);
      setImmediate(() => {
        stop.abort();
        void request(`${service.base}/echo/next`).then(({ body }) => body.dump());
      });
      await hanging;
    });
    expect((await log.told(2)).map(({ actorId }) => actorId)).toEqual(['ada', 'ada']);
  });
});

describe('the log is never in the way', () => {
  test('of a call whose sink throws or rejects, which is told once', async () => {
    const service = await upstream();
    for (const writeRequests of [() => { throw new Error('full'); }, () => Promise.reject(new Error('full'))]) {
      const problems: string[] = [];
      const log = watching({ sink: { name: 'broken', writeRequests }, onProblem: (problem) => void problems.push(problem.message) });
      for (const { call } of clients) await call(`${service.base}/echo`, {});
      await expect.poll(() => problems.length).toBe(1);
      expect(problems[0]).toContain('broken');
      expect(log.records).toEqual([]);
    }
  });

  test('of a call when the callbacks that it was given throw', async () => {
    const service = await upstream();
    const broken = (): never => {
      throw new Error('broken');
    };
    const log = watching({ deedlog: { currentFlow: broken }, path: broken, onProblem: broken });
    for (const { call } of clients) await call(`${service.base}/echo`, {});
    for (const record of await log.told(clients.length)) expect(record).toMatchObject({ correlationId: null, request: { path: '' }, response: { statusCode: 200 } });
  });
});
