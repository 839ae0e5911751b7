import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { cleanContext, createId, systemActor, userActor } from '@deedlog/core';
import type { Activity, ActivityContext } from '@deedlog/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inMemory } from './support/set-up.ts';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Collects keys of one tick and resolves them together, as DataLoader does. */
function batched<Key, Value>(load: (keys: readonly Key[]) => Promise<readonly Value[]>): (key: Key) => Promise<Value> {
  let waiting: { key: Key; resolve: (value: Value) => void }[] = [];
  return (key) =>
    new Promise((resolve) => {
      waiting.push({ key, resolve });
      if (waiting.length > 1) return;
      process.nextTick(async () => {
        const batch = waiting;
        waiting = [];
        const values = await load(batch.map((one) => one.key));
        batch.forEach((one, index) => one.resolve(values[index] as Value));
      });
    });
}

describe('the context', () => {
  const ways: Record<string, () => Promise<void>> = {
    await: async () => {
      await Promise.resolve();
    },
    'a timer': () => sleep(1),
    setImmediate: () => new Promise((resolve) => setImmediate(resolve)),
    'process.nextTick': () => new Promise((resolve) => process.nextTick(resolve)),
    queueMicrotask: () => new Promise((resolve) => queueMicrotask(resolve)),
    'an event': async () => {
      const emitter = new EventEmitter();
      setTimeout(() => emitter.emit('done'), 1);
      await once(emitter, 'done');
    },
    'a stream': () => pipeline(Readable.from(['a', 'b']), new Transform({ transform: (chunk, _, done) => setImmediate(done, null, chunk) }), async (source) => {
      for await (const _ of source) await sleep(0);
    }),
    'an async generator': async () => {
      async function* numbers() {
        yield await Promise.resolve(1);
        await sleep(1);
        yield 2;
      }
      for await (const _ of numbers());
    },
    'Promise.all': async () => void (await Promise.all([sleep(1), sleep(2)])),
  };

  test.each(Object.keys(ways))('follows %s', async (way) => {
    const { deedlog, only } = inMemory();
    await deedlog.run({ actor: userActor('ada'), context: { requestId: 'r-1' } }, async () => {
      await ways[way]?.();
      expect(deedlog.currentContext()).toEqual({ requestId: 'r-1' });
      await deedlog.trackActivity({ action: 'a.b' });
    });
    expect(only()).toMatchObject({ actorId: 'ada', correlationId: 'r-1' });
    expect(deedlog.currentContext()).toBeUndefined();
  });

  test('follows each caller through a batch that they share', async () => {
    const { deedlog, store } = inMemory();
    const load = batched(async (keys: readonly number[]) => {
      await sleep(1);
      return keys.map((key) => key * 2);
    });
    await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        deedlog.run({ actor: userActor(n) }, async () => {
          const value = await load(n);
          await deedlog.trackActivity({ action: 'a.b', metadata: { value } });
        }),
      ),
    );
    expect(store.activities.map(({ actorId, metadata }) => [actorId, metadata['value']])).toEqual(Array.from({ length: 50 }, (_, n) => [String(n), n * 2]));
  });

  test('never leaks between a thousand runs at once, nested and interleaved', async () => {
    const { deedlog, store } = inMemory();
    const wayNames = Object.keys(ways);
    await Promise.all(
      Array.from({ length: 1000 }, (_, n) =>
        deedlog.run({ host: { user: `u${n}` }, context: { requestId: `r${n}`, tenant: `t${n}` } }, async () => {
          await ways[wayNames[n % wayNames.length] ?? '']?.();
          await deedlog.withIntent({ action: 'outer.act' }, async (audit) => {
            await sleep(n % 7);
            audit.metadata({ n });
            await deedlog.run({ context: { sessionId: `s${n}` } }, async () => {
              await sleep(n % 5);
              await deedlog.trackActivity({ action: 'inner.act', metadata: { n } });
            });
          });
        }),
      ),
    );
    expect(store.activities).toHaveLength(2000);
    const outer = new Map(store.activities.filter(({ action }) => action === 'outer.act').map((one) => [one.metadata['n'], one]));
    for (const { action, metadata, actorId, correlationId, tenant, context, causationId } of store.activities) {
      const n = metadata['n'] as number;
      expect([actorId, correlationId, tenant, context.requestId]).toEqual([`u${n}`, `r${n}`, `t${n}`, `r${n}`]);
      expect([context.sessionId, causationId]).toEqual(action === 'inner.act' ? [`s${n}`, outer.get(n)?.id] : [undefined, null]);
    }
  });

  test('background work that outlives the scope keeps its own', async () => {
    const { deedlog, only } = inMemory();
    let later: Promise<unknown> = Promise.resolve();
    deedlog.run({ actor: userActor('first') }, () => {
      later = sleep(5).then(() => deedlog.trackActivity({ action: 'a.b' }));
    });
    await deedlog.run({ actor: userActor('second') }, () => later);
    expect(only().actorId).toBe('first');
  });

  test('of two deedlogs are apart', async () => {
    const [one, other] = [inMemory(), inMemory()];
    await one.deedlog.run({ actor: userActor(1) }, async () => {
      expect(other.deedlog.currentContext()).toBeUndefined();
      await expect(other.deedlog.trackActivity({ action: 'a.b' })).rejects.toMatchObject({ code: 'ACTOR_MISSING' });
    });
  });

  test('inherits what an inner scope leaves out', async () => {
    const { deedlog, only } = inMemory();
    const causationId = createId();
    await deedlog.run({ actor: userActor(1), context: { ip: '192.0.2.1' }, correlationId: 'flow', causationId }, () =>
      deedlog.run({ actor: userActor(2), context: { method: 'GET' } }, () => deedlog.trackActivity({ action: 'a.b' })),
    );
    expect(only()).toMatchObject({ actorId: '2', context: { ip: '192.0.2.1', method: 'GET' }, correlationId: 'flow', causationId });
  });

  test('requireContext says what to do where there is none', () => {
    const { deedlog } = inMemory();
    expect(() => deedlog.requireContext()).toThrow(expect.objectContaining({ code: 'CONTEXT_MISSING', remedy: expect.stringContaining('deedlog.run') }));
    expect(deedlog.run({ context: { ip: '192.0.2.1' } }, () => deedlog.requireContext())).toEqual({ ip: '192.0.2.1' });
  });

  test('run returns what the body returns, and throws what it throws', () => {
    const { deedlog } = inMemory();
    expect(deedlog.run({}, () => 1)).toBe(1);
    expect(() => deedlog.run({}, () => { throw new RangeError('own'); })).toThrow(RangeError);
  });
});

describe('a job', () => {
  test('takes the scope along into another process: who queued it, for whom it acts, in which flow', async () => {
    const { deedlog, store } = inMemory();
    const carried = await deedlog.run({ actor: userActor(7n, { label: 'Ada', onBehalfOf: userActor('client'), via: 'impersonation' }), context: { ip: '192.0.2.1', tenant: 'acme' } }, () =>
      deedlog.withIntent({ action: 'report.order' }, () => deedlog.serializeContext()),
    );
    const queued: unknown = JSON.parse(JSON.stringify({ payload: carried }));
    const [activity] = await inChild((queued as { payload: string }).payload);
    expect(activity).toMatchObject({
      action: 'report.print',
      actorKind: 'system',
      actorId: 'worker',
      onBehalfOf: { kind: 'user', id: '7', label: 'Ada', via: 'job', onBehalfOf: { kind: 'user', id: 'client', via: 'impersonation' } },
      context: { ip: '192.0.2.1' },
      tenant: 'acme',
      correlationId: store.activities[0]?.correlationId,
      causationId: store.activities[0]?.id,
    });
  });

  test('without an actor of its own acts as who queued it', async () => {
    const { deedlog, only } = inMemory();
    const carried = await deedlog.run({ host: { user: 'ada' } }, () => deedlog.serializeContext());
    await deedlog.resume(carried, {}, () => deedlog.trackActivity({ action: 'a.b' }));
    expect(only()).toMatchObject({ actorKind: 'user', actorId: 'ada', onBehalfOf: null });
  });

  test('an asynchronous actor has arrived before the scope travels', async () => {
    const { deedlog, only } = inMemory({ actor: async () => { await sleep(2); return userActor('late'); } });
    const carried = await deedlog.run({ host: {} }, () => deedlog.serializeContext());
    await deedlog.resume(carried, { actor: systemActor('w'), via: 'cron' }, () => deedlog.trackActivity({ action: 'a.b' }));
    expect(only()).toMatchObject({ actorId: 'w', onBehalfOf: { id: 'late', via: 'cron' } });
  });

  test('serializeContext rejects where there is no scope', async () => {
    await expect(inMemory().deedlog.serializeContext()).rejects.toMatchObject({ code: 'CONTEXT_MISSING' });
  });

  const good = { v: 1, actor: { kind: 'user', id: '7' }, context: {}, correlationId: 'c', causationId: null };
  test.each([
    ['nothing', undefined],
    ['no text', 7],
    ['an empty text', ''],
    ['no JSON', '{'],
    ['null', 'null'],
    ['a list', '[]'],
    ['another version', JSON.stringify({ ...good, v: 2 })],
    ['no version', JSON.stringify({ ...good, v: undefined })],
    ['no context', JSON.stringify({ ...good, context: null })],
    ['a list as context', JSON.stringify({ ...good, context: [] })],
    ['a context of objects', JSON.stringify({ ...good, context: { ip: {} } })],
    ['an actor of no kind', JSON.stringify({ ...good, actor: { kind: 'root', id: 1 } })],
    ['an actor without an id', JSON.stringify({ ...good, actor: { kind: 'user' } })],
    ['an actor whose id is an object', JSON.stringify({ ...good, actor: { kind: 'user', id: {} } })],
    ['a text as actor', JSON.stringify({ ...good, actor: 'ada' })],
    ['no actor', JSON.stringify({ ...good, actor: undefined })],
    ['a bad link in the chain', JSON.stringify({ ...good, actor: { ...good.actor, onBehalfOf: { kind: 'nobody' } } })],
    ['no correlation', JSON.stringify({ ...good, correlationId: 7 })],
    ['a causation that is no text', JSON.stringify({ ...good, causationId: {} })],
    ['megabytes', JSON.stringify({ ...good, correlationId: 'x'.repeat(1e6) })],
  ])('that brings %s is refused with CONTEXT_INVALID', (_, text) => {
    const { deedlog } = inMemory();
    expect(() => deedlog.resume(text as string, {}, () => 'ran')).toThrow(expect.objectContaining({ code: 'CONTEXT_INVALID' }));
    expect(deedlog.resume(JSON.stringify(good), {}, () => 'ran')).toBe('ran');
  });

  test('whatever it brings is refused with CONTEXT_INVALID or can be recorded', async () => {
    const { deedlog, store } = inMemory();
    const anyOf = <Part>(part: fc.Arbitrary<Part>) => fc.oneof({ weight: 3, arbitrary: part as fc.Arbitrary<unknown> }, fc.jsonValue());
    const carried = fc.record({
      v: fc.constant(1), actor: anyOf(fc.constant(good.actor)), context: anyOf(fc.dictionary(fc.constantFrom('ip', 'path', 'tenant', '__proto__'), fc.string())), correlationId: anyOf(fc.string()), causationId: anyOf(fc.constant(null)),
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(carried.map((one) => JSON.stringify(one)), fc.json()), async (text) => {
        try {
          await deedlog.resume(text, {}, () => deedlog.trackActivity({ action: 'a.b', actor: userActor(1) }));
        } catch (error) {
          expect(error).toMatchObject({ code: 'CONTEXT_INVALID' });
        }
      }),
      { numRuns: 500 },
    );
    expect(store.activities.length).toBeGreaterThan(0);
  });
});

async function inChild(carried: string): Promise<readonly Activity[]> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('support/resume-child.ts', import.meta.url))], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(carried);
  let output = '';
  for await (const chunk of child.stdout) output += String(chunk);
  return JSON.parse(output) as Activity[];
}

describe('a clean context', () => {
  test('is a plain frozen object of what is known, on one line, without secrets and query string', () => {
    const context = cleanContext({ ip: '::1', userAgent: 'a\r\nb\u2028c\u0000', path: '/a?token=s3cr3t#x', sessionId: 'Bearer s3cr3t-s3cr3t', tenant: '', method: undefined });
    expect(context).toStrictEqual({ ip: '::1', userAgent: 'a\ufffd\ufffdb\ufffdc\u2400', path: '/a', sessionId: 'Bearer ***REDACTED***' });
    expect(Object.isFrozen(context)).toBe(true);
    expect(Reflect.ownKeys(context)).toEqual(['ip', 'userAgent', 'path', 'sessionId']);
  });

  test('is not cleaned again; what was made from it is', () => {
    const context = cleanContext({ requestId: 'r-1' });
    expect(cleanContext(context)).toBe(context);
    const heir = Object.create(context, { requestId: { value: 'a\nb' } }) as ActivityContext;
    const proxy = new Proxy({ ...context }, { get: () => 'a\nb' });
    for (const made of [{ ...context, requestId: 'a\nb' }, structuredClone({ ...context, requestId: 'a\nb' }), heir, proxy]) expect(cleanContext(made).requestId).toBe('a\ufffdb');
  });

  test.each([null, undefined, 'text', 7, [], () => undefined])('of %s is empty', (wrong) => {
    expect(cleanContext(wrong as never)).toStrictEqual({});
  });

  test('whatever the text, it is bounded and on one line, and a plain one stays as it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 700 }), fc.string({ maxLength: 700 })), (userAgent) => {
        const context = cleanContext({ userAgent });
        expect(context.userAgent ?? '').toMatch(/^[^\p{Cc}\u2028\u2029]{0,512}$/u);
        if (/^[\w ()/.,;-]{1,480}$/.test(userAgent)) expect(context.userAgent).toBe(userAgent);
      }),
    );
  });
});
