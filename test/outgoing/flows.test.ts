import { setTimeout as wait } from 'node:timers/promises';
import type { RequestRecord } from '@deedlog/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Agent, Client, RetryAgent, interceptors, request, fetch as undiciFetch } from 'undici';
import { Agent as OldAgent, request as oldRequest } from 'undici7';
import { Agent as NodeAgent, get } from 'node:http';
import { text } from 'node:stream/consumers';
import { clients } from './support/clients.ts';
import { upstream } from './support/upstream.ts';
import type { Upstream } from './support/upstream.ts';
import { watching } from './support/watched.ts';
import type { Watched } from './support/watched.ts';

/** Ends with the test. */
function closing<Dispatcher extends { destroy(): Promise<void> }>(dispatcher: Dispatcher): Dispatcher {
  onTestFinished(() => dispatcher.destroy());
  return dispatcher;
}

/** The user that a call was made by stands in its path: `/echo/<user>`. */
function callerOf(record: RequestRecord): string {
  return record.request.path.split('/')[2] ?? '';
}

/** Records that name somebody else than who called. */
function wrong(records: readonly RequestRecord[]): RequestRecord[] {
  return records.filter((record) => record.actorId !== callerOf(record) || record.correlationId !== `flow-${callerOf(record)}` || record.tenant !== `tenant-${callerOf(record)}`);
}

/** Each user in a flow of its own, all at once: a call, a wait, another call. */
async function users(log: Watched, count: number, call: (user: string) => Promise<unknown>): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_, index) =>
      log.as(`u${index}`, async () => {
        await call(`u${index}`);
        await wait(index % 7);
        await call(`u${index}`);
      }),
    ),
  );
}

const path = (service: Upstream, user: string): string => `${service.base}/late/${user}?ms=3`;

describe('calls of many flows at once', () => {
  test('500 through every client carry their own correlation id, actor and tenant', async () => {
    const service = await upstream();
    const log = watching();
    let next = 0;
    await users(log, 250, (user) => clients[next++ % clients.length]!.call(path(service, user), {}));
    const records = await log.told(500);
    expect(wrong(records)).toEqual([]);
    expect(new Set(records.map(({ correlationId }) => correlationId)).size).toBe(250);
  });

  test('calls that wait for a place in the pool of undici 8', async () => {
    const service = await upstream();
    const log = watching();
    const agent = closing(new Agent({ connections: 2 }));
    await users(log, 20, async (user) => (await request(path(service, user), { dispatcher: agent })).body.text());
    await users(log, 20, async (user) => (await undiciFetch(path(service, user), { dispatcher: agent })).text());
    expect(wrong(await log.told(80))).toEqual([]);
  });

  test('pipelined calls on one connection', async () => {
    const service = await upstream();
    const log = watching();
    const client = closing(new Client(service.base, { pipelining: 4 }));
    await users(log, 20, async (user) => (await client.request({ path: `/late/${user}?ms=3`, method: 'GET' })).body.text());
    expect(wrong(await log.told(40))).toEqual([]);
  });

  test('calls that wait for a socket of node:http', async () => {
    const service = await upstream();
    const log = watching();
    const agent = new NodeAgent({ keepAlive: true, maxSockets: 2 });
    await users(log, 20, (user) => new Promise((resolve, reject) => get(path(service, user), { agent }, (response) => void text(response).then(resolve, reject)).once('error', reject)));
    agent.destroy();
    expect(wrong(await log.told(40))).toEqual([]);
  });

  test('a call that waited in the pool of undici 7, which forgets whose it is, is rather nobody’s than somebody else’s', async () => {
    const service = await upstream();
    const log = watching();
    const agent = closing(new OldAgent({ connections: 2 }));
    await users(log, 20, async (user) => (await oldRequest(path(service, user), { dispatcher: agent })).body.text());
    const records = await log.told(40);
    expect(wrong(records.filter(({ correlationId }) => correlationId !== null))).toEqual([]);
    const unknown = records.filter(({ correlationId }) => correlationId === null);
    expect(unknown.every(({ actorId, tenant, requestId }) => actorId === null && tenant === null && requestId === null)).toBe(true);
    expect(unknown.length).toBeGreaterThan(0);
  });

  test('so is one that was let go by others who gave up theirs', async () => {
    const service = await upstream();
    const log = watching();
    const agent = closing(new OldAgent({ connections: 2 }));
    await users(log, 30, async (user) => {
      const given = await oldRequest(`${service.base}/late/${user}?ms=20`, { dispatcher: agent, signal: AbortSignal.timeout(5) }).catch(() => undefined);
      await given?.body.text().catch(() => undefined);
    });
    await expect.poll(() => log.records.length).toBeGreaterThanOrEqual(2);
    expect(wrong(log.records.filter(({ correlationId }) => correlationId !== null))).toEqual([]);
  });
});

describe('calls that undici makes by itself, on a connection that another flow opened', () => {
  test('the hops that its redirect interceptor follows', async () => {
    const service = await upstream();
    const log = watching();
    const base = closing(new Agent({ connections: 2 }));
    const agent = base.compose(interceptors.redirect({ maxRedirections: 3 }));
    await users(log, 20, async (user) => (await request(`${service.base}/away/${user}?to=/late/${user}?ms=2`, { dispatcher: agent })).body.text());
    expect(wrong(await log.told(80))).toEqual([]);
  });

  test.each(['fail', 'half'])('the attempts that its retry makes after /%s', async (failure) => {
    const service = await upstream();
    const log = watching();
    const base = closing(new Agent({ connections: 3 }));
    const agent = new RetryAgent(base, { maxRetries: 2, minTimeout: 2, maxTimeout: 5, timeoutFactor: 1 });
    await users(log, 10, async (user) => {
      const { body } = await request(`${service.base}/${failure}/${user}`, { dispatcher: agent });
      await body.text().catch(() => undefined);
    }).catch(() => undefined);
    await expect.poll(() => log.records.length).toBeGreaterThanOrEqual(30);
    expect(wrong(log.records)).toEqual([]);
  });

  test('the attempts that its retry makes of all hops, where the last one failed', async () => {
    const service = await upstream();
    const log = watching();
    const base = closing(new Agent({ connections: 1 }));
    const agent = base.compose(interceptors.redirect({ maxRedirections: 3 }), interceptors.retry({ maxRetries: 1, minTimeout: 2, maxTimeout: 5, timeoutFactor: 1 }));
    await users(log, 10, async (user) => void (await request(`${service.base}/away/${user}?to=/fail/${user}`, { dispatcher: agent }).catch(() => undefined)));
    expect(wrong(await log.told(80))).toEqual([]);
  });
});

describe('a call that begins where another one ended', () => {
  test('belongs to the flow that makes it', async () => {
    const service = await upstream();
    const log = watching();
    const agent = closing(new Agent({ connections: 1 }));
    const call = async (user: string): Promise<void> => {
      const { body } = await request(`${service.base}/huge/${user}`, { dispatcher: agent });
      for await (const chunk of body) if (chunk.length === 0) throw new Error('empty');
    };
    await log.as('ada', async () => {
      await call('ada');
      await log.as('ben', () => call('ben'));
      await call('ada');
    });
    const records = await log.told(3);
    expect(records.map(({ actorId }) => actorId)).toEqual(['ada', 'ben', 'ada']);
  });

  test('and to the intent that is open then, though it asks for the same once more', async () => {
    const service = await upstream();
    const log = watching();
    const causes: unknown[] = [];
    await log.as('ada', async () => {
      for (const action of ['title.one', 'title.two']) {
        await log.deedlog.withIntent({ action }, async () => {
          causes.push(log.deedlog.currentFlow()?.causationId);
          const { body } = await request(`${service.base}/huge/ada`);
          const reader = body[Symbol.asyncIterator]();
          while ((await reader.next()).done !== true);
        });
      }
    });
    expect((await log.told(2)).map(({ causationId }) => causationId)).toEqual(causes);
  });

  test('though it is made in the callback of one that asked for the same', async () => {
    const service = await upstream();
    const log = watching();
    const client = closing(new Client(service.base));
    const again = Promise.withResolvers<unknown>();
    const handler = {
      onRequestStart: () => undefined,
      onResponseStart: () => undefined,
      onResponseData: () => undefined,
      onResponseError: (_controller: unknown, error: Error) => again.reject(error),
      // In the middle of undici, where the end of that call has been noted.
      onResponseEnd: () => again.resolve(log.as('ben', () => request(`${service.base}/echo/same`).then(({ body }) => body.dump()))),
    };
    log.as('ada', () => client.dispatch({ method: 'GET', path: '/echo/same' }, handler));
    await again.promise;
    expect((await log.told(2)).map(({ actorId, correlationId }) => [actorId, correlationId])).toEqual([['ada', 'flow-ada'], ['ben', 'flow-ben']]);
  });
});
