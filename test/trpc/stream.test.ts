import { auditMiddleware } from '@deedlog/trpc';
import { TRPCError } from '@trpc/server';
import { observable } from '@trpc/server/observable';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { bench, eventually, serve, t } from './support.ts';
import type { Log } from './support.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function ticker(deedlog: Log, body: () => AsyncGenerator<number, void, unknown>) {
  const audited = t.procedure.concat(auditMiddleware(deedlog, { types: ['mutation', 'subscription'] }));
  return t.router({ run: audited.mutation(body), watch: audited.subscription(body) });
}

async function collect(source: AsyncIterable<number>): Promise<number[]> {
  const values: number[] = [];
  for await (const value of source) values.push(value);
  return values;
}

describe('a generator is recorded when its iteration ends', () => {
  test('success at the end, with what it said between its yields', async () => {
    const { deedlog, only } = bench();
    const router = ticker(deedlog, async function* () {
      yield 1;
      await Promise.resolve();
      deedlog.audit.reason('said between yields');
      yield 2;
    });
    await using served = await serve(router);
    await expect(collect(await served.stream.run.mutate())).resolves.toEqual([1, 2]);
    expect(only()).toMatchObject({ outcome: 'success', reason: 'said between yields', actorId: '7' });
  });

  test('not before', async () => {
    const { deedlog, store } = bench();
    const router = ticker(deedlog, async function* () {
      yield 1;
    });
    const source = await router.createCaller({}).run();
    await source.next();
    expect(store.activities).toEqual([]);
    await source.next();
    expect(store.activities).toHaveLength(1);
  });

  test('the intent is current in every pull, and not in the code that pulls', async () => {
    const { deedlog } = bench();
    const seen: string[] = [];
    const router = ticker(deedlog, async function* () {
      seen.push(deedlog.audit.id);
      yield 1;
      seen.push(deedlog.audit.id);
      yield 2;
      seen.push(deedlog.audit.id);
    });
    for await (const _value of await router.createCaller({}).run()) expect(() => deedlog.audit.id).toThrow('INTENT_MISSING');
    expect(seen).toHaveLength(3);
    expect(new Set(seen).size).toBe(1);
  });

  test('an error in it is the outcome', async () => {
    const { deedlog, only } = bench();
    const router = ticker(deedlog, async function* () {
      yield 1;
      throw new TRPCError({ code: 'FORBIDDEN' });
    });
    await expect(collect(await router.createCaller({}).run())).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(only()).toMatchObject({ outcome: 'denied', outcomeCode: 'FORBIDDEN' });
  });

  test('a consumer that stops early leaves the outcome unknown', async () => {
    const { deedlog, only } = bench();
    let cleaned = false;
    const router = ticker(deedlog, async function* () {
      try {
        yield 1;
        yield 2;
      } finally {
        cleaned = true;
      }
    });
    for await (const value of await router.createCaller({}).run()) if (value === 1) break;
    expect(cleaned).toBe(true);
    expect(only()).toMatchObject({ outcome: 'unknown', outcomeCode: 'ABORTED' });
  });

  test('throw() and asyncDispose reach the generator', async () => {
    const { deedlog, store } = bench();
    const router = ticker(deedlog, async function* () {
      yield 1;
      yield 2;
    });
    const thrown = await router.createCaller({}).run();
    await thrown.next();
    await expect(thrown.throw(new TRPCError({ code: 'CONFLICT' }))).rejects.toMatchObject({ code: 'CONFLICT' });
    const disposed = await router.createCaller({}).run();
    await disposed.next();
    await disposed[Symbol.asyncDispose]();
    await disposed.return(undefined);
    expect(store.activities.map(({ outcome, outcomeCode }) => [outcome, outcomeCode])).toEqual([
      ['failure', 'CONFLICT'],
      ['unknown', 'ABORTED'],
    ]);
    // The second return() told the store nothing.
    expect(deedlog.counters.stored).toBe(2);
  });

  test('a subscription over SSE that the server ends is a success', async () => {
    const { deedlog, only, store } = bench();
    const router = ticker(deedlog, async function* () {
      yield 1;
    });
    await using served = await serve(router);
    const response = await fetch(`${served.url}/watch`, { headers: { accept: 'text/event-stream' } });
    await response.text();
    await eventually(() => store.activities.length > 0);
    expect(only()).toMatchObject({ action: 'watch', outcome: 'success' });
  });

  test('a client that leaves a subscription over SSE leaves the outcome unknown', async () => {
    const { deedlog, only, store } = bench();
    const router = ticker(deedlog, async function* () {
      for (;;) {
        yield 1;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    });
    await using served = await serve(router);
    const controller = new AbortController();
    const response = await fetch(`${served.url}/watch`, { headers: { accept: 'text/event-stream' }, signal: controller.signal });
    await response.body?.getReader().read();
    controller.abort();
    await eventually(() => store.activities.length > 0);
    expect(only()).toMatchObject({ outcome: 'unknown', outcomeCode: 'ABORTED' });
  });

  test('a stream that tRPC drops, since the client did not ask for one, is recorded once it is collected', async () => {
    const { deedlog, only, store } = bench();
    const router = ticker(deedlog, async function* () {
      yield 1;
    });
    await using served = await serve(router);
    await expect(served.single.run.mutate()).rejects.toMatchObject({ data: { code: 'UNSUPPORTED_MEDIA_TYPE' } });
    await eventually(() => {
      collectGarbage();
      return store.activities.length > 0;
    });
    expect(only()).toMatchObject({ outcome: 'unknown', outcomeCode: 'ABORTED' });
  });
});

describe('an observable is recorded when it ends', () => {
  type End = 'complete' | 'error' | 'unsubscribe';
  test.each<[End, string, string | null]>([
    ['complete', 'success', null],
    ['error', 'failure', 'CONFLICT'],
    ['unsubscribe', 'unknown', 'ABORTED'],
  ])('by %s: %s', async (end, outcome, code) => {
    const { deedlog, store, only } = bench();
    const router = t.router({
      watch: t.procedure.concat(auditMiddleware(deedlog, { types: ['subscription'] })).subscription(() =>
        observable<number>((observer) => {
          deedlog.audit.reason('said in the subscription');
          observer.next(1);
          if (end === 'complete') observer.complete();
          if (end === 'error') observer.error(new TRPCError({ code: 'CONFLICT' }));
        }),
      ),
    });
    const source = (await router.createCaller({}).watch()) as unknown as ReturnType<typeof observable<number>>;
    expect(store.activities).toEqual([]);
    const values: number[] = [];
    const subscription = source.subscribe({ next: (value) => values.push(value as number) });
    if (end === 'unsubscribe') subscription.unsubscribe();
    await eventually(() => store.activities.length > 0);
    expect(values).toEqual([1]);
    expect(only()).toMatchObject({ outcome, outcomeCode: code, reason: 'said in the subscription' });
  });
});

test('a byte stream is handed on untouched', async () => {
  const { deedlog, only } = bench();
  const stream = new Response('bytes').body as ReadableStream;
  const router = t.router({ download: t.procedure.concat(auditMiddleware(deedlog)).mutation(() => stream) });
  expect(await router.createCaller({}).download()).toBe(stream);
  expect(only().outcome).toBe('success');
});
