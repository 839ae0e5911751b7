import { createDeedlog, memoryStore, systemActor, userActor } from '@deedlog/core';
import type { DeedlogOptions, Store } from '@deedlog/core';
import { describe, expect, test } from 'vitest';
import { inMemory, setUp } from './support/set-up.ts';
import { memorySpool } from './support/memory-spool.ts';
import { transactionalStore } from './support/transactional-store.ts';

const actor = () => userActor(7);
const act = { action: 'a.b', actor: userActor(7) } as const;

describe('a wrong set-up is an error at the start', () => {
  test.each([
    ['no options at all', undefined, 'ACTOR_RESOLVER_MISSING'],
    ['no actor resolver', { store: memoryStore() }, 'ACTOR_RESOLVER_MISSING'],
    ['an actor instead of a resolver', { store: memoryStore(), actor: userActor(7) }, 'ACTOR_RESOLVER_MISSING'],
    ['no store', { actor }, 'STORE_MISSING'],
    ['something that is no store', { actor, store: {} }, 'STORE_MISSING'],
    ['policy spool without a spool', { actor, store: memoryStore(), onFailure: 'spool' }, 'SPOOL_MISSING'],
    ['an action with policy spool without a spool', { actor, store: memoryStore(), actions: { 'a.b': { onFailure: 'spool' } } }, 'SPOOL_MISSING'],
  ])('%s', (_, options, code) => {
    expect(() => createDeedlog(options as unknown as DeedlogOptions)).toThrow(expect.objectContaining({ code, remedy: expect.stringMatching(/\w/) }));
  });

  test('what the store’s connect throws is thrown on', () => {
    const error = new Error('no subscriber');
    const store: Store = { ...memoryStore(), connect: () => { throw error; } };
    expect(() => createDeedlog({ actor, store })).toThrow(error);
  });

  test('check asks the store, and passes its error on', async () => {
    const error = new Error('no table');
    await expect(createDeedlog({ actor, store: { ...memoryStore(), check: () => Promise.reject(error) } }).check()).rejects.toBe(error);
    await expect(createDeedlog({ actor, store: memoryStore() }).check()).resolves.toBeUndefined();
  });
});

describe('the one switch', () => {
  test('switched off, nothing is recorded, connected, asked or thrown, and every body runs', async () => {
    const store = transactionalStore();
    const asked: string[] = [];
    const spool = memorySpool();
    const { deedlog } = setUp({
      store,
      spool,
      enabled: false,
      actor: () => {
        asked.push('actor');
        return undefined;
      },
      context: () => {
        asked.push('context');
        return undefined;
      },
      sinks: [{ name: 'sink', write: () => void asked.push('sink') }],
    });
    const off = { id: '', status: 'ignored' };
    const result = await deedlog.run({ host: {} }, () =>
      deedlog.withIntent({ action: 'a.b', host: {}, fields: ['id'], data: { id: 1 } }, async (audit) => {
        audit.target({ type: 'A', id: 1 });
        deedlog.audit.reason('r');
        expect(audit.id).toMatch(/^[0-9a-f-]{36}$/);
        await store.change('business');
        expect(await deedlog.trackActivity({ action: 'a.b' })).toEqual(off);
        expect(await deedlog.trackLogin({ ...act, authType: 'jwt' })).toEqual(off);
        expect(await deedlog.trackLogout({ authType: 'jwt' })).toEqual(off);
        expect(await deedlog.auditUpdate({ target: {} })).toEqual(off);
        const carried = await deedlog.serializeContext();
        expect(deedlog.requireContext()).toEqual({});
        return deedlog.resume(carried, { actor: systemActor('job') }, () => 'result');
      }),
    );
    const intent = deedlog.openIntent({ action: 'a.b', observer: 'trpc', host: {} });
    expect(intent.run(() => 1)).toBe(1);
    intent.sawInput({ id: 1 });
    expect(await intent.end({ outcome: 'success' })).toBeUndefined();
    expect(deedlog.pause(() => 2)).toBe(2);
    expect([await deedlog.drain(), await deedlog.check()]).toEqual([0, undefined]);
    await deedlog.close();
    expect([result, asked, store.activities, store.changes, spool.drains, deedlog.enabled]).toEqual(['result', [], [], ['business'], 0, false]);
    expect([store.calls, Object.values(deedlog.counters)]).toEqual([{ write: 0, connect: 0, close: 0 }, [0, 0, 0, 0, 0, 0, 0, 0]]);
  });

  test('a job that was queued with deedlog switched off runs where it is on', async () => {
    const carried = await setUp({ store: memoryStore(), enabled: false }).deedlog.serializeContext();
    const { deedlog, only } = inMemory();
    await deedlog.resume(carried, { actor: systemActor('worker') }, () => deedlog.trackActivity({ action: 'job.run' }));
    expect(only()).toMatchObject({ actorId: 'worker', onBehalfOf: null });
  });
});

describe('pause', () => {
  test('nothing that the body does is recorded, awaited work included; outside everything is', async () => {
    const { deedlog, store } = inMemory();
    await deedlog.run({ actor: userActor(7) }, async () => {
      await deedlog.pause(async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        expect(await deedlog.trackActivity({ action: 'a.paused' })).toMatchObject({ status: 'ignored' });
        await deedlog.withIntent({ action: 'b.paused' }, () => deedlog.auditUpdate({ target: { type: 'A', id: 1 } }));
        await deedlog.run({ actor: userActor(8) }, () => deedlog.trackActivity({ action: 'c.paused' }));
      });
      await deedlog.trackActivity({ action: 'a.recorded' });
    });
    expect(store.activities.map(({ action }) => action)).toEqual(['a.recorded']);
  });

  test('it needs no scope and no actor, and checks no input', async () => {
    const { deedlog, store } = inMemory();
    await deedlog.pause(async () => {
      await deedlog.trackActivity({ action: '' });
      await deedlog.withIntent({ action: 'seed.run' }, () => 1);
    });
    expect(store.activities).toEqual([]);
  });

  test('a helper in it does not complete the intent around it', async () => {
    const { deedlog, only } = inMemory();
    await deedlog.withIntent({ action: 'a.update', host: { user: '7' } }, () => deedlog.pause(() => deedlog.trackActivity({ action: 'a.update', reason: 'hidden' })));
    expect(only().reason).toBeNull();
  });

  test('resuming a job in it does not end it', async () => {
    const { deedlog, store } = inMemory();
    const carried = await deedlog.run({ actor: userActor(7) }, () => deedlog.serializeContext());
    await deedlog.pause(() => deedlog.resume(carried, {}, () => deedlog.trackActivity({ action: 'a.b' })));
    expect(store.activities).toEqual([]);
  });
});

describe('close', () => {
  test('waits for what nobody awaited: slow actors, stores, sinks and spools', async () => {
    const slowly = () => new Promise<void>((resolve) => setTimeout(resolve, 10));
    const store = transactionalStore();
    const order: string[] = [];
    const { write } = store;
    store.write = async (...given) => {
      await slowly();
      order.push('store');
      return write(...given);
    };
    store.close = () => Promise.resolve(void order.push('closed'));
    const { deedlog } = setUp({
      store,
      actor: async () => {
        await slowly();
        return userActor(7);
      },
      sinks: [{ name: 'slow', write: async () => { await slowly(); order.push('sink'); } }],
    });
    const receipts = [deedlog.run({ host: {} }, () => deedlog.trackActivity({ action: 'a.b' })), deedlog.withIntent({ action: 'a.c', host: {} }, () => 1)];
    await deedlog.close();
    await Promise.all(receipts);
    expect(order).toEqual(['store', 'store', 'sink', 'sink', 'closed']);
  });

  test('waits for a drain that was asked for', async () => {
    const order: string[] = [];
    const store = Object.assign(transactionalStore(), { close: () => Promise.resolve(void order.push('closed')) });
    const drain = async (): Promise<number> => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      return order.push('drained');
    };
    const { deedlog } = setUp({ store, spool: { ...memorySpool(), drain } });
    const draining = deedlog.drain();
    await deedlog.close();
    await draining;
    expect(order).toEqual(['drained', 'closed']);
  });

  test('twice closes once', async () => {
    const store = transactionalStore();
    const { deedlog } = setUp({ store });
    await Promise.all([deedlog.close(), deedlog.close()]);
    expect(store.calls.close).toBe(1);
  });

  test('afterwards trackActivity throws, and an intent that ends is reported and counted as lost', async () => {
    const { deedlog, store, codes } = inMemory();
    const intent = deedlog.openIntent({ action: 'a.b', observer: 'trpc', host: {} });
    await deedlog.close();
    await expect(deedlog.trackActivity(act)).rejects.toMatchObject({ code: 'CLOSED' });
    expect(await intent.end({ outcome: 'success' })).toMatchObject({ status: 'lost', error: { code: 'CLOSED' } });
    expect(await deedlog.withIntent({ action: 'a.b', host: {} }, () => 'result')).toBe('result');
    expect([store.activities, codes(), deedlog.counters.lost]).toEqual([[], ['CLOSED', 'CLOSED'], 2]);
  });
});

describe('ignore rules', () => {
  const record = async (ignore: DeedlogOptions['ignore']): Promise<string[]> => {
    const { deedlog, store } = inMemory(ignore === undefined ? {} : { ignore });
    for (const [action, by, path] of [
      ['health.check', userActor(7), '/health'],
      ['invoice.view', userActor('bot'), '/invoices/1'],
      ['invoice.pay', systemActor('cron'), undefined],
      ['page.view', { kind: 'anonymous' }, '/internal/stats'],
    ] as const) {
      await deedlog.trackActivity({ action, actor: by, context: { path } });
    }
    expect(deedlog.counters.ignored).toBe(4 - store.activities.length);
    return store.activities.map(({ action }) => action);
  };

  test.each([
    ['none: everything, anonymous acts included', undefined, ['health.check', 'invoice.view', 'invoice.pay', 'page.view']],
    ['an exact action', { actions: ['health.check'] }, ['invoice.view', 'invoice.pay', 'page.view']],
    ['a prefix', { actions: ['invoice.*'] }, ['health.check', 'page.view']],
    ['a pattern', { actions: [/\.view$/] }, ['health.check', 'invoice.pay']],
    ['a pattern with a memory of its own', { actions: [/\.(view|pay)$/g] }, ['health.check']],
    ['actors of any kind', { actors: [7, 'cron'] }, ['invoice.view', 'page.view']],
    ['actor kinds', { actorKinds: ['anonymous', 'system'] as const }, ['health.check', 'invoice.view']],
    ['paths', { paths: ['/health', '/internal/*', /^\/invoices\/\d+$/] }, ['invoice.pay']],
  ])('%s', async (_, ignore, kept) => {
    expect(await record(ignore)).toEqual(kept);
  });

  test('an ignored intent is ignored in its transaction and at its end, and counted once', async () => {
    const store = transactionalStore();
    const { deedlog } = setUp({ store, ignore: { actions: ['page.view'] } });
    const intent = deedlog.openIntent({ action: 'page.view', observer: 'trpc', host: {} });
    await intent.run(() => store.change('counter'));
    expect(await intent.end({ outcome: 'success' })).toEqual({ id: intent.id, status: 'ignored' });
    expect([store.activities, store.changes, deedlog.counters.ignored]).toEqual([[], ['counter'], 1]);
  });
});

describe('actions', () => {
  test('a catalogue admits what it declares, what normalises to it, and the standard verbs', async () => {
    const { deedlog, store } = inMemory({ actions: { 'patient.update-name': { tool: 'ward' } } });
    const track = (action: string) => deedlog.trackActivity({ action: action as 'patient.update-name', actor: userActor(7) });
    for (const action of ['patient.update-name', 'patient.updateName', 'Patient UpdateName', 'article.create']) await track(action);
    expect(store.activities.map(({ action, tool }) => [action, tool])).toEqual([
      ['patient.update-name', 'ward'], ['patient.update-name', 'ward'], ['patient.update-name', 'ward'], ['article.create', null],
    ]);
    await expect(track('patient.updateNmae')).rejects.toMatchObject({ code: 'ACTION_UNKNOWN' });
    await expect(track('constructor')).rejects.toMatchObject({ code: 'ACTION_UNKNOWN' });
  });

  test('a default action of an adapter need not be in the catalogue', async () => {
    const { deedlog, only } = inMemory({ actions: { 'a.b': {} } });
    await deedlog.openIntent({ action: 'patient.list', observer: 'trpc', host: {} }).end({ outcome: 'success' });
    expect(only()).toMatchObject({ action: 'patient.list', metadata: {} });
  });

  test('a normaliser of one’s own is asked once for each way of writing', async () => {
    const asked: string[] = [];
    const { deedlog, store } = inMemory({
      normalizeAction: (action) => {
        asked.push(action);
        return `app.${action}`;
      },
    });
    for (const action of ['x', 'y', 'x', 'x']) await deedlog.trackActivity({ action, actor: userActor(7) });
    expect([store.activities.map(({ action }) => action), asked]).toEqual([['app.x', 'app.y', 'app.x', 'app.x'], ['x', 'y']]);
  });

  test('a required reason, the metadata schema, message and tool come from the catalogue', async () => {
    const { deedlog, only } = inMemory({ actions: { 'invoice.void': { reason: 'required', tool: 'billing', message: 'voided: {reason}' } } });
    const untyped = deedlog as unknown as { trackActivity(activity: object): Promise<unknown> };
    await expect(untyped.trackActivity({ action: 'invoice.void', actor: userActor(7) })).rejects.toMatchObject({ code: 'REASON_MISSING' });
    await expect(untyped.trackActivity({ action: 'invoice.void', actor: userActor(7), reason: '' })).rejects.toMatchObject({ code: 'REASON_MISSING' });
    await deedlog.trackActivity({ action: 'invoice.void', actor: userActor(7), reason: 'typo' });
    expect(only()).toMatchObject({ tool: 'billing', reason: 'typo', message: 'voided: {reason}', messageValues: { reason: 'typo' } });
  });

  test('what was denied need not be justified', async () => {
    const { deedlog, only } = inMemory({ actions: { 'invoice.void': { reason: 'required' } } });
    await (deedlog as unknown as { trackActivity(activity: object): Promise<unknown> }).trackActivity({ action: 'invoice.void', actor: userActor(7), outcome: 'denied' });
    expect(only()).toMatchObject({ outcome: 'denied', reason: null });
  });
});
