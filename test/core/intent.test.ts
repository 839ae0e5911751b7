import { userActor } from '@deedlog/core';
import { describe, expect, test } from 'vitest';
import { throwingProxy } from './support/poison.ts';
import { inMemory } from './support/set-up.ts';

const host = { user: '7' };

describe('withIntent', () => {
  test('records the act with what its body says, and returns its result', async () => {
    const { deedlog, only } = inMemory();
    const result = await deedlog.withIntent(
      { action: 'invoice.approve', host, tool: 'billing', metadata: { captured: 1, both: 'captured' }, fields: ['id'], data: { id: 42, note: 'unseen' } },
      (audit) => {
        audit.target({ type: 'Invoice', id: 42 });
        audit.related('folder', { type: 'Folder', id: 3 });
        audit.reason('because');
        audit.metadata({ both: 'said' });
        audit.changes({ status: { old: 'open', new: 'approved' } });
        return audit.id;
      },
    );
    expect(only()).toMatchObject({
      id: result, action: 'invoice.approve', actorId: '7', targetId: '42', related: [{ role: 'folder', id: '3' }], reason: 'because', tool: 'billing',
      metadata: { captured: 1, both: 'said' }, input: { id: 42 }, changes: { status: { old: 'open', new: 'approved' } }, outcome: 'success',
    });
    expect(JSON.stringify(only())).not.toContain('unseen');
  });

  test('deedlog.audit speaks to whichever intent is open', async () => {
    const { deedlog, only } = inMemory();
    await deedlog.withIntent({ action: 'a.b', host }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      deedlog.audit.reason('from afar');
    });
    expect(only().reason).toBe('from afar');
    expect(() => deedlog.audit.reason('nowhere')).toThrow(expect.objectContaining({ code: 'INTENT_MISSING' }));
  });

  test.each([
    ['an error', new TypeError('boom'), 'TypeError'],
    ['a text', 'boom', 'string'],
    ['undefined', undefined, 'undefined'],
    ['an error whose name cannot be read', Object.defineProperty(new Error('boom'), 'name', { get: () => { throw new Error('name'); } }), 'Error'],
    ['a proxy that throws from every trap', throwingProxy(), 'Error'],
    ['an error whose code cannot be read', Object.defineProperty(new RangeError('boom'), 'code', { get: () => { throw new Error('code'); } }), 'RangeError'],
  ])('%s is thrown on unchanged, and recorded as a failure', async (_, thrown, code) => {
    const { deedlog, only } = inMemory();
    const caught = await deedlog
      .withIntent({ action: 'a.b', host }, () => {
        // oxlint-disable-next-line only-throw-error -- code under audit may throw anything
        throw thrown;
      })
      .then(() => 'nothing', (error: unknown) => ({ error }));
    expect((caught as { error: unknown }).error === thrown).toBe(true);
    expect(only()).toMatchObject({ outcome: 'failure', outcomeCode: code });
  });

  test('a declared message is not told of an act that failed', async () => {
    const { deedlog, only } = inMemory({ actions: { 'invoice.approve': { message: 'Invoice {target.id} was approved' } } });
    await deedlog.withIntent({ action: 'invoice.approve', host, target: { type: 'Invoice', id: 1 } }, () => Promise.reject(new Error('no'))).catch(() => undefined);
    expect(only().message).toBeNull();
  });

  test('an intent in an intent is caused by it and belongs to the same flow', async () => {
    const { deedlog, store } = inMemory();
    await deedlog.withIntent({ action: 'order.place', host }, () => deedlog.withIntent({ action: 'mail.send' }, () => 1));
    const [inner, outer] = store.activities;
    expect(inner).toMatchObject({ action: 'mail.send', causationId: outer?.id, correlationId: outer?.correlationId, actorId: '7' });
    expect(outer?.causationId).toBeNull();
  });

  test('what the body does with skip is not recorded, but counted', async () => {
    const { deedlog, store } = inMemory();
    await deedlog.withIntent({ action: 'a.b', host }, (audit) => audit.skip());
    expect([store.activities, deedlog.counters.ignored]).toEqual([[], 1]);
  });

  test('a refusal that is returned as data can be told', async () => {
    const { deedlog, only } = inMemory();
    await deedlog.withIntent({ action: 'payment.make', host }, (audit) => audit.outcome({ outcome: 'denied', code: 'card-declined' }));
    expect(only()).toMatchObject({ outcome: 'denied', outcomeCode: 'card-declined' });
  });

  test('a second end does nothing', async () => {
    const { deedlog, only } = inMemory();
    const intent = deedlog.openIntent({ action: 'a.b', observer: 'trpc', host });
    expect(await intent.end({ outcome: 'success' })).toEqual({ id: intent.id, status: 'stored' });
    expect(await intent.end({ outcome: 'failure' })).toBeUndefined();
    expect(only().outcome).toBe('success');
  });

  test('a record with problems is stored as far as it goes, and names them', async () => {
    const { deedlog, only, codes } = inMemory({ actions: { 'invoice.approve': { reason: 'required', message: '{nothing}' } } });
    await deedlog.withIntent({ action: 'invoice.approve', host, target: { type: '' } }, () => 'done');
    expect(only().metadata['deedlog.problems']).toEqual(['TARGET_INVALID', 'REASON_MISSING', 'MESSAGE_SLOT_EMPTY']);
    expect(codes()).toEqual(['TARGET_INVALID', 'REASON_MISSING', 'MESSAGE_SLOT_EMPTY']);
  });

  test('a callback of an adapter that throws is reported and stops nobody', async () => {
    const { deedlog, codes, only } = inMemory();
    const intent = deedlog.openIntent({ action: 'a.b', observer: 'envelop', host });
    intent.derive(() => {
      throw new Error('no such field');
    });
    await intent.end({ outcome: 'success' });
    expect([codes(), only().outcome]).toEqual([['INTENT_CALLBACK_FAILED'], 'success']);
  });

  test('an input that failed validation leaves the names of its keys, never a value', async () => {
    const { deedlog, only } = inMemory();
    const intent = deedlog.openIntent({ action: 'a.b', observer: 'trpc', host, input: { id: 'plain' } });
    intent.sawInvalidInput({ id: 'secret value', password: 'hunter2', 'not a key name!': 1 });
    await intent.end({ outcome: 'failure', code: 'BAD_REQUEST' });
    expect(only()).toMatchObject({ input: null, metadata: { inputKeys: ['id', 'password'] } });
    expect(JSON.stringify(only())).not.toMatch(/secret value|hunter2/);
  });

  test('the input is taken as it was seen: what the resolver does to it later does not show', async () => {
    const { deedlog, only } = inMemory();
    const data = { id: 1, list: [1] };
    await deedlog.withIntent({ action: 'a.b', host, fields: ['id', 'list'], data }, () => {
      data.id = 2;
      data.list.push(2);
    });
    expect(only().input).toEqual({ id: 1, list: [1] });
  });

  test('an entity that gets its key later can be named before', async () => {
    const { deedlog, only } = inMemory({ describeTarget: (one) => ('key' in one ? { type: 'Article', id: one.key as number } : undefined) });
    const article = { key: undefined as number | undefined };
    const comment = { key: undefined as number | undefined };
    await deedlog.withIntent({ action: 'article.create', host }, (audit) => {
      audit.target(article);
      audit.related('comment', comment);
      Object.assign(article, { key: 5 });
      Object.assign(comment, { key: 6 });
    });
    expect(only()).toMatchObject({ targetId: '5', related: [{ role: 'comment', id: '6' }] });
  });
});

describe('an act that is told twice', () => {
  const target = { type: 'Article', id: 1 };

  test('by an intent and trackActivity is one record, with everything that was said', async () => {
    const { deedlog, only } = inMemory();
    const receipt = await deedlog.withIntent({ action: 'article.update', host, reason: 'first' }, (audit) => {
      audit.metadata({ from: 'intent' });
      return deedlog.trackActivity({
        action: 'article.update', target, reason: 'second', metadata: { more: 1 }, tool: 'cms', related: [{ role: 'blog', type: 'Blog', id: 2 }],
        context: { ip: '192.0.2.1' }, occurredAt: new Date(0), outcome: 'failure', outcomeCode: 'PARTLY', correlationId: 'flow', message: 'only {metadata.more}',
      });
    });
    expect(receipt).toEqual({ id: only().id, status: 'merged' });
    expect(only()).toMatchObject({
      targetId: '1', reason: 'second', metadata: { from: 'intent', more: 1 }, tool: 'cms', related: [{ role: 'blog', id: '2' }],
      context: { ip: '192.0.2.1' }, occurredAt: new Date(0), outcome: 'failure', outcomeCode: 'PARTLY', correlationId: 'flow', message: 'only {metadata.more}',
    });
  });

  test.each(['auditCreate', 'auditUpdate', 'auditDelete'] as const)('by an intent and %s is one record with its changes', async (helper) => {
    const { deedlog, only } = inMemory();
    const action = `article.${helper.slice('audit'.length).toLowerCase()}`;
    await deedlog.withIntent({ action, host }, () =>
      deedlog[helper]({ target, data: { title: 'A', body: 'B' }, fields: ['title'], metadata: { a: 1 }, related: [{ role: 'blog', type: 'Blog', id: 2 }], context: { ip: '192.0.2.1' } }),
    );
    expect(only()).toMatchObject({ action, targetId: '1', changes: { title: expect.anything() }, metadata: { a: 1 }, related: [{ role: 'blog' }], context: { ip: '192.0.2.1' } });
    expect(Object.keys(only().changes ?? {})).toEqual(['title']);
  });

  test('under another spelling of the action is still one record', async () => {
    const { deedlog, store } = inMemory();
    await deedlog.withIntent({ action: 'article.updateTitle', host }, () => deedlog.trackActivity({ action: 'article.update-title' }));
    expect(store.activities.map(({ action }) => action)).toEqual(['article.update-title']);
  });

  test('a default action gives way to the better name of a helper, a declared one does not', async () => {
    const { deedlog, store } = inMemory();
    for (const actionDeclared of [false, true]) {
      const intent = deedlog.openIntent({ action: 'article.save', actionDeclared, observer: 'trpc', host });
      await intent.run(() => deedlog.auditUpdate({ target }));
      await intent.end({ outcome: 'success' });
    }
    expect(store.activities.map(({ action }) => action)).toEqual(['article.update', 'article.update', 'article.save']);
  });

  test('with another action is a second record, caused by the first', async () => {
    const { deedlog, store } = inMemory();
    await deedlog.withIntent({ action: 'article.update', host }, () => deedlog.trackActivity({ action: 'mail.send' }));
    const [second, first] = store.activities;
    expect([second, first]).toMatchObject([{ action: 'mail.send', causationId: first?.id, actorId: '7' }, { action: 'article.update', causationId: null }]);
  });

  test('with another target is a second record, caused by the first', async () => {
    const { deedlog, store } = inMemory();
    await deedlog.withIntent({ action: 'article.update', host, target }, () => deedlog.auditUpdate({ target: { type: 'Article', id: 2 } }));
    const [second, first] = store.activities;
    expect([second, first]).toMatchObject([{ targetId: '2', causationId: first?.id }, { targetId: '1', causationId: null }]);
  });

  test('ids are compared as text: 1 and "1" are one target', async () => {
    const { deedlog, only } = inMemory();
    await deedlog.withIntent({ action: 'article.update', host, target }, () => deedlog.auditUpdate({ target: { type: 'Article', id: '1' } }));
    expect(only().targetId).toBe('1');
  });

  test('two helpers in one intent: the first completes it, the second is a record of its own', async () => {
    const { deedlog, store } = inMemory();
    await deedlog.withIntent({ action: 'article.update', host }, async () => {
      await deedlog.auditUpdate({ target, metadata: { n: 1 } });
      await deedlog.auditUpdate({ target, metadata: { n: 2 } });
    });
    const [second, first] = store.activities;
    expect([first?.metadata, second?.metadata, second?.causationId]).toEqual([{ n: 1 }, { n: 2 }, first?.id]);
  });

  test('a helper that runs after the intent has ended is not lost in it', async () => {
    const { deedlog, store } = inMemory();
    let later: Promise<unknown> = Promise.resolve();
    await deedlog.withIntent({ action: 'article.update', host }, () => {
      later = new Promise((resolve) => setTimeout(resolve, 5)).then(() => deedlog.trackActivity({ action: 'article.update', target }));
    });
    expect(await later).toMatchObject({ status: 'stored' });
    const [first, second] = store.activities;
    expect(second).toMatchObject({ targetId: '1', causationId: first?.id });
  });

  test('what is said after the end becomes a second activity', async () => {
    const { deedlog, store, codes } = inMemory();
    let say: (() => void) | undefined;
    await deedlog.withIntent({ action: 'article.update', host, reason: 'first' }, (audit) => {
      say = () => {
        audit.reason('second thoughts');
        audit.metadata({ late: true });
      };
    });
    say?.();
    await deedlog.close();
    expect(codes()).toEqual(['FACT_LATE']);
    expect(store.activities.map(({ reason, causationId }) => ({ reason, causationId }))).toEqual([
      { reason: 'first', causationId: null },
      { reason: 'second thoughts', causationId: store.activities[0]?.id },
    ]);
    expect(store.activities[1]?.metadata).toEqual({ late: true });
  });

  test('the actor of a helper wins over that of the intent', async () => {
    const { deedlog, only } = inMemory();
    await deedlog.withIntent({ action: 'article.update', host }, () => deedlog.auditUpdate({ target, actor: userActor('9') }));
    expect(only().actorId).toBe('9');
  });
});
