import { describe, expect, test } from 'vitest';
import { setUp } from './support/set-up.ts';
import { transactionalStore } from './support/transactional-store.ts';

const host = { user: '7' };
const undo = new Error('undo');

describe('in a transaction', () => {
  test('an intent is written in the transaction of its change: once, and durable with it', async () => {
    const store = transactionalStore();
    const { deedlog } = setUp({ store });
    await deedlog.withIntent({ action: 'invoice.approve', host }, async () => {
      await store.transactional(async () => {
        await store.change('invoice');
        expect(store.activities).toEqual([]);
      });
      expect(store.activities).toHaveLength(1);
    });
    expect([store.activities.length, store.changes, deedlog.counters]).toMatchObject([1, ['invoice'], { stored: 1 }]);
  });

  test('the first changed entity is the target, unless one is named', async () => {
    const store = transactionalStore();
    const { deedlog } = setUp({ store, describeTarget: (entity) => ('no' in entity ? { type: 'Invoice', id: entity.no as number } : undefined) });
    await deedlog.withIntent({ action: 'invoice.approve', host }, () => store.change('a', { no: 1 }));
    await deedlog.withIntent({ action: 'invoice.approve', host, target: { type: 'Order', id: 9 } }, () => store.change('b', { no: 2 }));
    expect(store.activities.map(({ targetType, targetId }) => `${targetType} ${targetId}`)).toEqual(['Invoice 1', 'Order 9']);
  });

  test('what is tracked by hand joins the transaction that the store sees, or the one that is named', async () => {
    const store = transactionalStore();
    const { deedlog } = setUp({ store });
    const act = { action: 'invoice.print', actor: { kind: 'system', id: 'cron' } } as const;
    await store.transactional(async () => {
      expect(await deedlog.trackActivity(act)).toMatchObject({ status: 'joined' });
      expect(deedlog.counters.stored).toBe(0);
    });
    await expect(store.transactional(async (transaction) => {
      expect(await deedlog.trackActivity(act, { transaction })).toMatchObject({ status: 'joined' });
      throw undo;
    })).rejects.toBe(undo);
    expect([store.activities.length, deedlog.counters.stored]).toEqual([1, 1]);
  });

  test('a change that is rolled back takes its success along; the failure is recorded instead', async () => {
    const store = transactionalStore();
    const { deedlog } = setUp({ store });
    const failing = deedlog.withIntent({ action: 'invoice.approve', host }, () =>
      store.transactional(async () => {
        await store.change('invoice');
        await deedlog.trackActivity({ action: 'mail.queue' });
        throw undo;
      }),
    );
    await expect(failing).rejects.toBe(undo);
    expect(store.activities).toMatchObject([{ action: 'invoice.approve', outcome: 'failure', outcomeCode: 'Error', causationId: null }]);
    expect(store.changes).toEqual([]);
  });

  test('a denied act that is tracked in a transaction survives its rollback', async () => {
    const store = transactionalStore();
    const { deedlog, codes } = setUp({ store });
    await expect(store.transactional(async () => {
      await store.change('invoice');
      expect(await deedlog.trackActivity({ action: 'invoice.approve', actor: { kind: 'user', id: 7 }, outcome: 'denied' })).toMatchObject({ status: 'deferred' });
      throw undo;
    })).rejects.toBe(undo);
    expect([store.activities.length, store.changes, deedlog.counters.stored, codes()]).toEqual([1, [], 1, []]);
  });

  test('a failure after the commit is a second activity, caused by the first', async () => {
    const store = transactionalStore();
    const { deedlog, codes } = setUp({ store });
    const failing = deedlog.withIntent({ action: 'invoice.approve', host, reason: 'ok' }, async () => {
      await store.change('invoice');
      throw new RangeError('mail server is down');
    });
    await expect(failing).rejects.toThrow('mail server is down');
    const [first, second] = store.activities;
    expect([first, second]).toMatchObject([
      { outcome: 'success', causationId: null },
      { action: 'invoice.approve', outcome: 'failure', outcomeCode: 'RangeError', causationId: first?.id, actorId: '7', reason: 'ok' },
    ]);
    expect(codes()).toEqual([]);
  });

  test('facts that come after the commit become a second activity and are reported', async () => {
    const store = transactionalStore();
    const { deedlog, codes } = setUp({ store });
    await deedlog.withIntent({ action: 'invoice.approve', host, metadata: { captured: true } }, async (audit) => {
      audit.metadata({ early: 1 });
      await store.change('invoice');
      audit.metadata({ late: 2 });
      audit.changes({ total: { old: 1, new: 2 } });
    });
    const [first, second] = store.activities;
    expect(store.activities).toHaveLength(2);
    expect(first).toMatchObject({ metadata: { captured: true, early: 1 }, changes: null });
    expect(second).toMatchObject({ metadata: { early: 1, late: 2 }, changes: { total: { old: 1, new: 2 } }, causationId: first?.id, outcome: 'success' });
    expect(codes()).toEqual(['FACT_LATE']);
  });

  test('a helper that tells nothing new after the commit makes no second record', async () => {
    const store = transactionalStore();
    const article = { no: 1 };
    const { deedlog, codes } = setUp({ store, describeTarget: (entity) => ('no' in entity ? { type: 'Article', id: entity.no as number } : undefined) });
    await deedlog.withIntent({ action: 'article.update', host }, async (audit) => {
      await store.change('article', article);
      audit.target({ type: 'Article', id: 1 });
      expect(await deedlog.auditUpdate({ target: article, data: { title: 'A' } })).toEqual({ id: audit.id, status: 'merged' });
    });
    expect([store.activities.length, codes()]).toEqual([1, []]);
  });

  test('a helper for another target after the commit is a record of its own', async () => {
    const store = transactionalStore();
    const { deedlog } = setUp({ store });
    await deedlog.withIntent({ action: 'article.update', host, target: { type: 'Article', id: 1 } }, async () => {
      await store.change('article');
      await deedlog.auditUpdate({ target: { type: 'Article', id: 2 } });
    });
    expect(store.activities.map(({ targetId, causationId }) => [targetId, causationId])).toEqual([['1', null], ['2', store.activities[0]?.id]]);
  });

  test('a savepoint that is rolled back takes along only what was written in it', async () => {
    const store = transactionalStore();
    const { deedlog } = setUp({ store });
    const actor = { kind: 'system', id: 'cron' } as const;
    await store.transactional(async () => {
      await store.transactional(() => deedlog.trackActivity({ action: 'a.kept', actor }));
      await store.transactional(async () => {
        await deedlog.trackActivity({ action: 'a.undone', actor });
        throw undo;
      }).catch(() => undefined);
    });
    expect([store.activities.map(({ action }) => action), deedlog.counters.stored]).toEqual([['a.kept'], 1]);
  });

  test('two transactions of one intent are one record; a first one that is rolled back does not use it up', async () => {
    const store = transactionalStore();
    const { deedlog } = setUp({ store });
    await deedlog.withIntent({ action: 'order.place', host }, async () => {
      await store.transactional(async () => {
        await store.change('lost');
        throw undo;
      }).catch(() => undefined);
      await store.change('a');
      await store.change('b');
    });
    expect([store.activities.length, store.changes, store.activities[0]?.outcome]).toEqual([1, ['a', 'b'], 'success']);
  });

  test('an act that its body calls refused says so in the record that goes with the change', async () => {
    const store = transactionalStore();
    const { deedlog } = setUp({ store });
    await deedlog.withIntent({ action: 'payment.make', host }, async (audit) => {
      audit.outcome({ outcome: 'denied' });
      await store.change('attempts');
    });
    expect(store.activities).toMatchObject([{ outcome: 'denied' }]);
  });

  test('work in the background that outlives its intent does not write it again', async () => {
    const store = transactionalStore();
    const { deedlog } = setUp({ store });
    let later: Promise<void> = Promise.resolve();
    await deedlog.withIntent({ action: 'order.place', host }, () => {
      later = new Promise((resolve) => setTimeout(resolve, 5)).then(() => store.change('later'));
    });
    await later;
    expect([store.activities.length, store.changes, deedlog.counters.stored]).toEqual([1, ['later'], 1]);
  });

  test('an intent that ends while its transaction is still committing goes with that, and is not written by a later one', async () => {
    const store = transactionalStore();
    const { deedlog } = setUp({ store });
    let lose: (error: Error) => void = () => undefined;
    store.commits = new Promise((_, reject) => (lose = reject));
    const intent = deedlog.openIntent({ action: 'order.place', observer: 'trpc', host });
    const later = intent.run(async () => {
      await store.change('lost').catch(() => undefined);
      store.commits = Promise.resolve();
      await store.change('later');
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await intent.end({ outcome: 'success' })).toEqual({ id: intent.id, status: 'joined' });
    lose(new Error('connection lost'));
    await later;
    expect([store.activities, store.changes]).toEqual([[], ['later']]);
  });

  test('a missing reason rolls the change back under policy closed', async () => {
    const store = transactionalStore();
    const { deedlog } = setUp({ store, actions: { 'invoice.void': { reason: 'required' } } });
    await expect(deedlog.withIntent({ action: 'invoice.void', host }, () => store.change('invoice'))).rejects.toMatchObject({ code: 'REASON_MISSING' });
    expect([store.changes, store.activities.map(({ outcome, outcomeCode }) => [outcome, outcomeCode])]).toEqual([[], [['failure', 'REASON_MISSING']]]);
  });

  test('nothing of a paused scope is written with a change', async () => {
    const store = transactionalStore();
    const { deedlog } = setUp({ store });
    await deedlog.pause(() => deedlog.withIntent({ action: 'seed.run', host }, () => store.change('seed')));
    expect([store.activities, store.changes]).toEqual([[], ['seed']]);
  });

  test('sinks see an activity after the commit, once, and nothing of a rollback', async () => {
    const store = transactionalStore();
    const seen: string[] = [];
    const { deedlog } = setUp({ store, sinks: [{ name: 'list', write: (activities) => void seen.push(...activities.map(({ action }) => action)) }] });
    const actor = { kind: 'system', id: 'cron' } as const;
    await store.transactional(async () => {
      await deedlog.trackActivity({ action: 'a.committed', actor });
      expect(seen).toEqual([]);
    });
    await store.transactional(async () => {
      await deedlog.trackActivity({ action: 'a.undone', actor });
      throw undo;
    }).catch(() => undefined);
    await deedlog.withIntent({ action: 'a.intent', host }, async () => {
      await store.change('x');
      expect(seen).toEqual(['a.committed', 'a.intent']);
    });
    expect(seen).toEqual(['a.committed', 'a.intent']);
  });
});
