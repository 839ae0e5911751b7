import { GAP_ACTION, userActor } from '@deedlog/core';
import type { Activity, FailurePolicy, Sink } from '@deedlog/core';
import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from 'vitest';
import { memorySpool } from './support/memory-spool.ts';
import { setUp } from './support/set-up.ts';
import { transactionalStore } from './support/transactional-store.ts';

const host = { user: '7' };
const act = { action: 'invoice.approve', actor: userActor(7) } as const;
const policies: readonly FailurePolicy[] = ['closed', 'open', 'spool'];

/** A store that refuses everything until `back` is called. */
function down() {
  const store = transactionalStore();
  store.refuses = () => true;
  return { store, back: () => (store.refuses = () => false) };
}

describe('outside a transaction', () => {
  test.each(policies)('under %s the caller’s own result stands', async (onFailure) => {
    const { store } = down();
    const { deedlog, codes } = setUp({ store, onFailure, spool: memorySpool() });
    expect(await deedlog.withIntent({ action: 'a.b', host }, () => 'result')).toBe('result');
    expect(codes()).toEqual(['STORE_WRITE_FAILED']);
  });

  test.each(policies)('under %s the caller’s own error stands', async (onFailure) => {
    const { store } = down();
    const own = new Error('own');
    const { deedlog } = setUp({ store, onFailure, spool: memorySpool() });
    await expect(deedlog.withIntent({ action: 'a.b', host }, () => Promise.reject(own))).rejects.toBe(own);
  });

  test('a refused record is lost, reported with its cause, and counted', async () => {
    const { store } = down();
    const { deedlog, problems } = setUp({ store });
    const receipt = await deedlog.trackActivity(act);
    expect(receipt).toMatchObject({ status: 'lost', error: { code: 'STORE_WRITE_FAILED', cause: new Error('the disk is full') } });
    expect(problems).toMatchObject([{ code: 'STORE_WRITE_FAILED', activity: { id: receipt.id, action: 'invoice.approve' } }]);
    expect(deedlog.counters).toEqual({ stored: 0, spooled: 0, drained: 0, lost: 1, ignored: 0, refused: 1, gaps: 0, sinkFailures: 0 });
  });

  test('what was lost is recorded as a gap once the store is back', async () => {
    const { store, back } = down();
    const { deedlog } = setUp({ store, source: 'clinic-1' });
    for (const [index, action] of ['a.one', 'a.two', 'a.one'].entries()) await deedlog.trackActivity({ ...act, action, occurredAt: new Date(1000 - index) });
    back();
    await deedlog.trackActivity({ ...act, action: 'a.after' });
    await deedlog.close();
    expect(store.activities.map(({ action }) => action)).toEqual(['a.after', GAP_ACTION]);
    expect(store.activities[1]).toMatchObject({
      outcome: 'unknown', actorKind: 'system', actorId: 'deedlog', source: 'clinic-1', metadata: { lost: 3, from: new Date(998).toISOString(), to: new Date(1000).toISOString(), actions: ['a.one', 'a.two'] },
    });
    expect(deedlog.counters).toMatchObject({ stored: 1, lost: 3, refused: 3, gaps: 1 });
  });

  test('a gap that cannot be recorded yet is kept, and is one with what is lost meanwhile', async () => {
    const { store, back } = down();
    const { deedlog, codes } = setUp({ store });
    await deedlog.trackActivity(act);
    store.refuses = ({ action }) => action === GAP_ACTION;
    await deedlog.trackActivity(act);
    await expect.poll(() => codes()).toEqual(['STORE_WRITE_FAILED', 'STORE_WRITE_FAILED']);
    store.refuses = () => true;
    await deedlog.trackActivity(act);
    back();
    await deedlog.close();
    expect(store.activities.filter(({ action }) => action === GAP_ACTION)).toMatchObject([{ metadata: { lost: 2 } }]);
    expect(deedlog.counters).toMatchObject({ stored: 1, lost: 2, refused: 3, gaps: 1 });
  });

  test('a gap at close is recorded then', async () => {
    const { store, back } = down();
    const { deedlog } = setUp({ store });
    await deedlog.trackActivity(act);
    back();
    await deedlog.close();
    expect(store.activities).toMatchObject([{ action: GAP_ACTION, metadata: { lost: 1 } }]);
  });

  test('a second gap does not name the actions of the first', async () => {
    const { store, back } = down();
    const { deedlog } = setUp({ store });
    await deedlog.trackActivity({ ...act, action: 'a.one' });
    back();
    await deedlog.trackActivity(act);
    await expect.poll(() => deedlog.counters.gaps).toBe(1);
    store.refuses = () => true;
    await deedlog.trackActivity({ ...act, action: 'a.two' });
    back();
    await deedlog.close();
    expect(store.activities.filter(({ action }) => action === GAP_ACTION).map(({ metadata }) => metadata['actions'])).toEqual([['a.one'], ['a.two']]);
  });

  test('a spool keeps what the store refused, and gives it back after the next write', async () => {
    const { store, back } = down();
    const spool = memorySpool();
    const { deedlog } = setUp({ store, onFailure: 'spool', spool });
    const receipt = await deedlog.trackActivity({ ...act, action: 'a.spooled' });
    expect(receipt).toMatchObject({ status: 'spooled', error: { code: 'STORE_WRITE_FAILED' } });
    expect(spool.waiting.map(({ id }) => id)).toEqual([receipt.id]);
    back();
    await deedlog.trackActivity({ ...act, action: 'a.after' });
    await deedlog.close();
    expect([store.activities.map(({ action }) => action), spool.waiting]).toEqual([['a.after', 'a.spooled'], []]);
    expect(deedlog.counters).toEqual({ stored: 1, spooled: 1, drained: 1, lost: 0, ignored: 0, refused: 1, gaps: 0, sinkFailures: 0 });
  });

  test('what an earlier process left in the spool is brought back by the first write', async () => {
    const { store, back } = down();
    const spool = memorySpool();
    await setUp({ store, onFailure: 'spool', spool }).deedlog.trackActivity(act);
    back();
    const { deedlog } = setUp({ store, spool });
    await deedlog.trackActivity(act);
    await deedlog.close();
    expect([store.activities.length, spool.waiting]).toEqual([2, []]);
  });

  test('drain brings back by hand, counts, and shows the sinks', async () => {
    const { store, back } = down();
    const seen: string[] = [];
    const { deedlog } = setUp({ store, onFailure: 'spool', spool: memorySpool(), sinks: [{ name: 'list', write: (all) => void seen.push(...all.map(({ id }) => id)) }] });
    const receipts = [await deedlog.trackActivity(act), await deedlog.trackActivity(act)];
    await expect(deedlog.drain()).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
    back();
    expect(await Promise.all([deedlog.drain(), deedlog.drain()])).toEqual([2, 2]);
    expect([seen, await deedlog.drain()]).toEqual([receipts.map(({ id }) => id), 0]);
  });

  test('a drain in the background that fails is reported and tried again later, not at every write', async () => {
    const { store } = down();
    const spool = memorySpool();
    const { deedlog, codes } = setUp({ store, onFailure: 'spool', spool });
    await deedlog.trackActivity({ ...act, action: 'a.stuck' });
    store.refuses = ({ action }) => action === 'a.stuck';
    for (let n = 0; n < 20; n++) await deedlog.trackActivity(act);
    await deedlog.close();
    expect([spool.drains, codes()]).toEqual([1, ['STORE_WRITE_FAILED', 'STORE_WRITE_FAILED']]);
    expect(spool.waiting).toHaveLength(1);
  });

  test('a spool that fails as well loses the record: reported, counted, a gap', async () => {
    const { store, back } = down();
    const spool = Object.assign(memorySpool(), { broken: true });
    const { deedlog, codes } = setUp({ store, onFailure: 'spool', spool });
    expect(await deedlog.trackActivity(act)).toMatchObject({ status: 'lost' });
    expect(codes()).toEqual(['STORE_WRITE_FAILED', 'SPOOL_FAILED']);
    back();
    await deedlog.close();
    expect(store.activities).toMatchObject([{ action: GAP_ACTION }]);
  });

  test('a spool that throws at once is no different', async () => {
    const { store } = down();
    const spool = { add: () => { throw new Error('sync'); }, drain: () => { throw new Error('sync'); } };
    const { deedlog } = setUp({ store, onFailure: 'spool', spool });
    expect(await deedlog.trackActivity(act)).toMatchObject({ status: 'lost' });
    await expect(deedlog.drain()).rejects.toMatchObject({ code: 'SPOOL_FAILED' });
  });

  test('a store that throws at once is no different', async () => {
    const { deedlog } = setUp({ store: { write: () => { throw new Error('sync'); } } });
    expect(await deedlog.trackActivity(act)).toMatchObject({ status: 'lost', error: { code: 'STORE_WRITE_FAILED' } });
  });
});

describe('inside a transaction of the caller', () => {
  test('closed: the change is rolled back with STORE_WRITE_FAILED', async () => {
    const { store } = down();
    const { deedlog, codes } = setUp({ store });
    const failing = store.transactional(async () => {
      await store.change('invoice');
      await deedlog.trackActivity(act);
    });
    await expect(failing).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED', cause: new Error('the disk is full') });
    expect([store.changes, codes(), deedlog.counters]).toMatchObject([[], ['STORE_WRITE_FAILED'], { refused: 1, lost: 0 }]);
  });

  test('closed: a flush in an intent is rolled back as well', async () => {
    const { store } = down();
    const { deedlog } = setUp({ store });
    await expect(deedlog.withIntent({ action: 'a.b', host }, () => store.change('invoice'))).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
    expect(store.changes).toEqual([]);
    // The success was undone with the change; that it failed could not be recorded either.
    expect(deedlog.counters).toMatchObject({ refused: 2, lost: 1 });
  });

  test('closed: an intent that ends inside a transaction fails it', async () => {
    const { store } = down();
    const { deedlog } = setUp({ store });
    await expect(store.transactional(async () => {
      await store.change('invoice');
      await deedlog.withIntent({ action: 'a.b', host }, () => 'result');
    })).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
    expect(store.changes).toEqual([]);
  });

  test('closed: the caller’s own error is never masked, not even inside the transaction', async () => {
    const { store } = down();
    const own = new Error('own');
    const { deedlog } = setUp({ store });
    await expect(store.transactional(() => deedlog.withIntent({ action: 'a.b', host }, () => Promise.reject(own)))).rejects.toBe(own);
  });

  test.each([
    ['open', 'lost'],
    ['spool', 'spooled'],
  ] as const)('%s: the change stays, and the record is %s at the commit', async (onFailure, counter) => {
    const { store, back } = down();
    const spool = memorySpool();
    const { deedlog, codes } = setUp({ store, onFailure, ...(onFailure === 'spool' ? { spool } : {}) });
    await store.transactional(async () => {
      await store.change('invoice');
      expect(await deedlog.trackActivity(act)).toMatchObject({ status: 'deferred', error: { code: 'STORE_WRITE_FAILED' } });
      expect(deedlog.counters).toMatchObject({ refused: 1, lost: 0, spooled: 0 });
    });
    expect(store.changes).toEqual(['invoice']);
    await expect.poll(() => deedlog.counters[counter]).toBe(1);
    expect(codes()).toEqual(['STORE_WRITE_FAILED']);
    back();
    await deedlog.close();
    expect(onFailure === 'spool' ? spool.waiting.length : store.activities.length).toBe(1);
  });

  test.each(['open', 'spool'] as const)('%s: a record that the store refused is not kept if the act is then rolled back', async (onFailure) => {
    const { store } = down();
    const spool = memorySpool();
    const { deedlog } = setUp({ store, onFailure, spool });
    await expect(store.transactional(async () => {
      await store.change('invoice');
      await deedlog.trackActivity(act);
      throw new Error('undo');
    })).rejects.toThrow('undo');
    await deedlog.close();
    expect([spool.waiting, deedlog.counters]).toMatchObject([[], { refused: 1, lost: 0, spooled: 0, gaps: 0 }]);
  });

  test.each([
    ['open', 'lost'],
    ['spool', 'spooled'],
  ] as const)('%s: an intent whose flush could not write it says at its end what became of it', async (onFailure, status) => {
    const { store } = down();
    const { deedlog } = setUp({ store, onFailure, ...(onFailure === 'spool' ? { spool: memorySpool() } : {}) });
    const intent = deedlog.openIntent({ action: 'a.b', observer: 'trpc', host });
    await intent.run(() => store.change('invoice'));
    expect(await intent.end({ outcome: 'success' })).toMatchObject({ id: intent.id, status, error: { code: 'STORE_WRITE_FAILED' } });
    expect([store.changes, deedlog.counters]).toMatchObject([['invoice'], { refused: 1, [status]: 1, stored: 0 }]);
  });

  test('an intent whose flush wrote it is stored at its end', async () => {
    const store = transactionalStore();
    const { deedlog } = setUp({ store });
    const intent = deedlog.openIntent({ action: 'a.b', observer: 'trpc', host });
    await intent.run(() => store.change('invoice'));
    expect(await intent.end({ outcome: 'success' })).toEqual({ id: intent.id, status: 'stored' });
  });

  test('a denied act that cannot be written after the transaction is lost or spooled, never silently gone', async () => {
    const { store } = down();
    const spool = memorySpool();
    const { deedlog, codes } = setUp({ store, spool });
    await store.transactional(() => deedlog.trackActivity({ ...act, outcome: 'denied' }));
    await expect.poll(() => spool.waiting.length).toBe(1);
    expect([codes(), deedlog.counters]).toMatchObject([['STORE_WRITE_FAILED'], { refused: 1, spooled: 1 }]);
  });

  test('the policy of an action wins over the default, however its name is written', async () => {
    const { store } = down();
    const { deedlog } = setUp({ store, onFailure: 'closed', actions: { 'page.view': { onFailure: 'open' } } });
    await store.transactional(async () => {
      await deedlog.trackActivity({ action: 'page.view', actor: userActor(7) });
      await deedlog.trackActivity({ action: 'Page View' as 'page.view', actor: userActor(7) });
      await store.change('counter');
    });
    expect(store.changes).toEqual(['counter']);
    await expect(store.transactional(() => deedlog.trackActivity({ action: 'x.delete' as 'page.view', actor: userActor(7) }))).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
  });

  test('work on its own account does not join the transaction of the request that caused it', async () => {
    const { store, back } = down();
    const spool = Object.assign(memorySpool(), { broken: true });
    const { deedlog } = setUp({ store, spool });
    await deedlog.trackActivity({ ...act, action: 'a.lost' });
    spool.broken = false;
    await deedlog.trackActivity({ ...act, action: 'a.spooled' });
    back();
    const rolledBack = store.transactional(async () => {
      // Its commit lets the gap be recorded and the spool be drained, while the outer transaction is open around it.
      await store.transactional(() => deedlog.trackActivity({ ...act, action: 'a.separate' }), { separate: true });
      await expect.poll(() => [deedlog.counters.gaps, deedlog.counters.drained]).toEqual([1, 1]);
      await deedlog.trackActivity({ ...act, action: 'a.undone' });
      throw new Error('undo');
    });
    await expect(rolledBack).rejects.toThrow('undo');
    await deedlog.close();
    expect(store.activities.map(({ action }) => action).toSorted()).toEqual(['a.separate', 'a.spooled', GAP_ACTION]);
  });

  test('a drain that is asked for inside a transaction does not join it', async () => {
    const { store, back } = down();
    const { deedlog } = setUp({ store, onFailure: 'spool', spool: memorySpool() });
    await deedlog.trackActivity({ ...act, action: 'a.spooled' });
    back();
    await store.transactional(async () => {
      expect(await deedlog.drain()).toBe(1);
      throw new Error('undo');
    }).catch(() => undefined);
    expect(store.activities.map(({ action }) => action)).toEqual(['a.spooled']);
  });
});

describe('what must never fail the act', () => {
  const throwing = [
    ['throws', () => { throw new Error('reporter'); }],
    ['rejects', () => Promise.reject(new Error('reporter'))],
  ] as const;
  test.each(throwing)('an onProblem that %s is harmless', async (_, onProblem) => {
    const { store } = down();
    const { deedlog } = setUp({ store, onProblem: onProblem as () => void });
    expect(await deedlog.trackActivity(act)).toMatchObject({ status: 'lost' });
  });

  test('work on its own account runs in no request: not in the one that caused it, nor in that in which deedlog was made', async () => {
    const request = new AsyncLocalStorage<string>();
    const seen: string[] = [];
    const { store, back } = down();
    const write: typeof store.write = (activities, options) => {
      seen.push(...activities.map(({ action }) => `${action} in ${request.getStore() ?? 'none'}`));
      return store.write(activities, options);
    };
    const { deedlog } = request.run('the first', () => setUp({ store: { ...store, write }, onFailure: 'open' }));
    await request.run('the second', async () => {
      await deedlog.trackActivity(act);
      back();
      await deedlog.trackActivity(act);
    });
    await deedlog.close();
    expect(seen).toEqual(['invoice.approve in the second', 'invoice.approve in the second', `${GAP_ACTION} in none`]);
  });

  test('a sink that fails is reported and counted; the others and the caller see nothing of it', async () => {
    const store = transactionalStore();
    const seen: Activity[] = [];
    const sinks: Sink[] = [
      { name: 'throws', write: () => { throw new Error('sync'); } },
      { name: 'rejects', write: () => Promise.reject(new Error('async')) },
      { name: 'thenable', write: () => ({ then: (_: unknown, reject: (error: Error) => void) => reject(new Error('thenable')) }) as never },
      { name: 'works', write: (activities) => seen.push(...activities) as never },
    ];
    const { deedlog, problems } = setUp({ store, sinks });
    expect(await deedlog.trackActivity(act)).toMatchObject({ status: 'stored' });
    await deedlog.close();
    expect(seen).toHaveLength(1);
    expect(deedlog.counters).toMatchObject({ stored: 1, sinkFailures: 3 });
    expect(problems.map(({ code, error }) => `${code} ${/\((.*)\)/.exec(error.message)?.[1]}`).toSorted()).toEqual(['SINK_FAILED rejects', 'SINK_FAILED thenable', 'SINK_FAILED throws']);
  });

  test('a sink that fails to close does not keep spool and store from closing', async () => {
    const store = transactionalStore();
    let spoolClosed = 0;
    const { deedlog, codes } = setUp({
      store,
      spool: { ...memorySpool(), close: () => Promise.resolve(void spoolClosed++) },
      sinks: [{ name: 'stuck', write: () => undefined, close: () => Promise.reject(new Error('stuck')) }],
    });
    await deedlog.close();
    expect([codes(), spoolClosed, store.calls.close]).toEqual([['SINK_FAILED'], 1, 1]);
  });
});
