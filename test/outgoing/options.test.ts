import { channel } from 'node:diagnostics_channel';
import { loggedFetch, outgoingLog, unlogged } from '@deedlog/http';
import type { RequestRecord } from '@deedlog/core';
import { request } from 'undici';
import { describe, expect, test } from 'vitest';
import { clients } from './support/clients.ts';
import { getWithNode } from './support/get-with-node.ts';
import { upstream } from './support/upstream.ts';
import { watched, watching } from './support/watched.ts';

const CHANNELS = [
  ...['create', 'headers', 'trailers', 'error', 'bodyChunkSent', 'bodyChunkReceived'].map((name) => `undici:request:${name}`),
  ...['request.created', 'request.start', 'request.error', 'response.finish'].map((name) => `http.client.${name}`),
];

function heard(): string[] {
  return CHANNELS.filter((name) => channel(name).hasSubscribers);
}

describe('watching', () => {
  test('listens while it lasts, to bodies only where something of them is allowed, and to nothing afterwards', () => {
    expect(heard()).toEqual([]);
    const plain = outgoingLog(watched().options);
    expect(heard()).toEqual(CHANNELS.filter((name) => !name.includes('Chunk')));
    plain.close();
    expect(heard()).toEqual([]);
    const { close } = outgoingLog({ ...watched().options, services: { apollo: { hosts: 'a.example', body: { response: ['id'] } } } });
    expect(heard()).toEqual(CHANNELS);
    close();
    expect(heard()).toEqual([]);
  });

  test('a sink that takes no requests is listened for nothing', () => {
    const { close } = outgoingLog({ sink: {} });
    expect(heard()).toEqual([]);
    close();
  });

  test('two logs each have every call', async () => {
    const service = await upstream();
    const [one, other] = [watching(), watching({ hosts: { exclude: [service.host] } })];
    await getWithNode(`${service.base}/echo`);
    await one.told(1);
    await other.told(0);
  });
});

describe('what is recorded', () => {
  test('hosts in and out', async () => {
    const [wanted, other] = [await upstream(), await upstream()];
    const only = watching({ hosts: { include: [wanted.host] } });
    const without = watching({ hosts: { exclude: [wanted.host] } });
    const none = watching({ hosts: { exclude: ['127.*'] } });
    for (const { call } of clients) for (const { base } of [wanted, other]) await call(`${base}/echo`, {});
    expect(new Set((await only.told(clients.length)).map(({ serviceName }) => serviceName))).toEqual(new Set([wanted.host]));
    expect(new Set((await without.told(clients.length)).map(({ serviceName }) => serviceName))).toEqual(new Set([other.host]));
    await none.told(0);
  });

  test('a host with the dot of the root is the same host', async () => {
    const [without, only] = [watching({ hosts: { exclude: ['nowhere.invalid'] } }), watching({ services: { nowhere: 'nowhere.invalid' }, hosts: { include: ['*.invalid'] } })];
    await fetch('http://nowhere.invalid./').catch(() => undefined);
    expect((await only.told(1))[0]).toMatchObject({ serviceName: 'nowhere', request: { endpoint: 'http://nowhere.invalid./' } });
    await without.told(0);
  });

  test('of a host that is out nothing is asked but whether it is', async () => {
    const service = await upstream();
    const asked: string[] = [];
    const ask = <Answer>(what: string, answer: Answer): Answer => {
      asked.push(what);
      return answer;
    };
    watching({
      deedlog: { currentFlow: () => ask('flow', undefined) },
      path: (path) => ask('path', path),
      body: { request: () => ask('body', ['name']), response: () => ask('body', ['title']) },
      hosts: { exclude: [service.host] },
    });
    for (const { call } of clients) await call(`${service.base}/echo`, {});
    expect(asked).toEqual([]);
  });

  test('paths in and out', async () => {
    const service = await upstream();
    const log = watching({ paths: { include: ['/echo/**'], exclude: [/\/health$/] } });
    for (const path of ['/echo/a', '/echo/health', '/none', '/echo/b?x=/health']) await getWithNode(`${service.base}${path}`);
    expect((await log.told(2)).map(({ request: { path } }) => path)).toEqual(['/echo/a', '/echo/b']);
  });

  test('a path is stored as the rule for it says', async () => {
    const service = await upstream();
    const log = watching({ services: { bot: service.host }, path: (path, name) => (name === 'bot' ? path.replace(/^\/echo\/[^/]+/, '/echo/:token') : path) });
    await getWithNode(`${service.base}/echo/12345:abc/send`);
    expect((await log.told(1))[0]?.request).toMatchObject({ path: '/echo/:token/send', endpoint: `${service.base}/echo/:token/send` });
  });

  test('each service has lists of its own', async () => {
    const [one, other] = [await upstream(), await upstream()];
    const log = watching({ query: ['page'], headers: [], services: { one: { hosts: [one.host], query: ['id'], headers: ['x-upstream'] } } });
    for (const { base } of [one, other]) await getWithNode(`${base}/echo?page=1&id=2`);
    expect((await log.told(2)).map(({ serviceName, request: { query }, response }) => [serviceName, query, response?.headers])).toEqual([
      ['one', { id: '2' }, { 'x-upstream': 'one' }],
      [other.host, { page: '1' }, {}],
    ]);
  });

  test('what a service does not say, the log says for it', async () => {
    const service = await upstream();
    const log = watching({ query: ['page'], headers: ['x-upstream'], body: { response: ['title'] }, redact: { deny: ['page'] }, services: { apollo: { hosts: service.host, headers: ['content-type'] }, other: service.host } });
    await fetch(`${service.base}/echo?page=1`).then((response) => response.text());
    expect((await log.told(1))[0]).toMatchObject({ request: { query: { page: '***REDACTED***' } }, response: { headers: { 'content-type': 'application/json' }, body: { title: 'answer' } } });
  });

  test('of services that fit, the first; a pattern for a host means each of its ports', async () => {
    const service = await upstream();
    const log = watching({ services: { exact: 'elsewhere.example', loopback: [/^127\./], all: '*' } });
    await getWithNode(`${service.base}/echo`);
    await fetch('http://nowhere.invalid/').catch(() => undefined);
    expect((await log.told(2)).map(({ serviceName }) => serviceName)).toEqual(['loopback', 'all']);
  });
});

describe('unlogged', () => {
  test('leaves out what it runs, however late, and only that', async () => {
    const service = await upstream();
    const log = watching();
    const explicit = loggedFetch(log.options);
    await unlogged(async () => {
      for (const { call } of clients) await call(`${service.base}/echo`, {});
      await new Promise((resolve) => setTimeout(resolve, 2));
      await explicit(`${service.base}/away?to=/echo`);
    });
    await log.told(0);
    await request(`${service.base}/echo`).then(({ body }) => body.dump());
    await log.told(1);
  });

  test('keeps a log that ships over HTTP from logging itself', async () => {
    const [service, shelf] = [await upstream(), await upstream()];
    const shipped: Promise<unknown>[] = [];
    const ship = (records: readonly RequestRecord[]): void => {
      shipped.push(fetch(`${shelf.base}/echo`, { method: 'POST', body: JSON.stringify(records) }).then((response) => response.text()));
    };
    watching({ sink: { writeRequests: ship } });
    await getWithNode(`${service.base}/echo`);
    await Promise.all(shipped);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(shelf.arrivals).toHaveLength(1);
  });
});

describe('propagation of the correlation id', () => {
  test('is off', async () => {
    const service = await upstream();
    const log = watching();
    for (const { call } of clients) await log.as('ada', () => call(`${service.base}/echo`, {}));
    expect(JSON.stringify(service.arrivals)).not.toContain('flow-ada');
  });

  test.each(clients)('$name: to named hosts only, and never over what is there', async ({ call }) => {
    const [named, other] = [await upstream(), await upstream()];
    const log = watching({ propagate: { header: 'X-Request-Id', hosts: [named.host] } });
    await log.as('ada', () => call(`${named.base}/echo`, {}));
    await log.as('ada', () => call(`${named.base}/echo`, { 'x-request-id': 'mine' }));
    await log.as('ada', () => call(`${named.base}/away?to=${other.base}/echo`, {}));
    await log.as('ada', () => call(`${other.base}/echo`, {}));
    await call(`${named.base}/echo`, {});
    expect(named.arrivals.map(({ headers }) => headers['x-request-id'])).toEqual(['flow-ada', 'mine', 'flow-ada', undefined]);
    expect(other.arrivals.map(({ headers }) => headers['x-request-id']).filter((id) => id !== undefined)).toEqual([]);
  });

  test('reaches hosts whose calls are not recorded, and calls that another log records', async () => {
    const service = await upstream();
    const log = watching({ propagate: { header: 'x-request-id', hosts: ['127.0.0.1'] }, hosts: { exclude: ['127.0.0.1'] } });
    await log.as('ada', () => getWithNode(`${service.base}/echo`));
    await log.as('ben', () => loggedFetch(log.options)(`${service.base}/echo`).then((response) => response.text()));
    await log.as('cid', () => unlogged(() => getWithNode(`${service.base}/echo`)));
    expect(service.arrivals.map(({ headers }) => headers['x-request-id'])).toEqual(['flow-ada', 'flow-ben', undefined]);
    expect((await log.told(1))[0]?.correlationId).toBe('flow-ben');
  });

  test('an id that no header can hold is told, and the call goes out', async () => {
    const service = await upstream();
    const log = watching({ propagate: { header: 'x-request-id', hosts: ['127.0.0.1'] } });
    await log.deedlog.run({ correlationId: 'flow\u2028ü' }, async () => {
      await getWithNode(`${service.base}/echo`);
      await (await fetch(`${service.base}/echo`)).text();
    });
    expect(service.arrivals).toHaveLength(2);
    await log.told(2);
    expect(log.problems.map(({ message }) => message)).toEqual([expect.stringContaining('propagate')]);
  });
});
