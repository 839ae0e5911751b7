import { anonymousActor, createDiff, createId, memoryStore, systemActor, userActor } from '@deedlog/core';
import { describe, expect, test } from 'vitest';
import { inMemory, setUp } from './support/set-up.ts';

const ada = userActor(7, { label: 'Ada' });

test('suppress leaves its own record, whatever the catalogue declares', async () => {
  const { deedlog, only, codes } = inMemory({ actions: { 'invoice.approve': {} } });
  await deedlog.run({ actor: ada, context: { requestId: 'r-1' } }, () =>
    deedlog.suppress('Ticket 1', () => deedlog.trackActivity({ action: 'invoice.approve' })),
  );
  expect(only()).toMatchObject({ action: 'deedlog.suppress', actorId: '7', reason: 'Ticket 1', metadata: { activities: 1, changes: 0 }, context: { requestId: 'r-1' } });
  expect(codes()).toEqual([]);
});

describe('trackActivity', () => {
  test('records who did what to which target, when, where and why', async () => {
    const { deedlog, only } = inMemory({ source: 'clinic-1' });
    const receipt = await deedlog.run({ actor: ada, context: { ip: '192.0.2.1', path: '/approve?token=x', requestId: 'r-1', tenant: 'acme' } }, () =>
      deedlog.trackActivity({
        action: 'invoice.approve',
        target: { type: 'Invoice', id: 42n, label: 'INV-42' },
        related: [{ role: 'folder', type: 'Folder', id: 3 }],
        reason: 'within the budget',
        tool: 'billing',
        metadata: { level: 2 },
        changes: createDiff({ status: 'open' }, { status: 'approved' }),
        outcome: 'success',
        occurredAt: new Date('2026-01-02T03:04:05.678Z'),
      }),
    );
    expect(receipt).toEqual({ id: only().id, status: 'stored' });
    expect(only()).toEqual({
      id: receipt.id,
      occurredAt: new Date('2026-01-02T03:04:05.678Z'),
      recordedAt: expect.any(Date),
      model: 'default',
      columns: null,
      action: 'invoice.approve',
      outcome: 'success',
      outcomeCode: null,
      actorKind: 'user',
      actorId: '7',
      actorLabel: 'Ada',
      onBehalfOf: null,
      targetType: 'Invoice',
      targetId: '42',
      targetLabel: 'INV-42',
      related: [{ role: 'folder', type: 'Folder', id: '3', label: null }],
      tool: 'billing',
      message: null,
      messageValues: null,
      reason: 'within the budget',
      changes: { status: { old: 'open', new: 'approved' } },
      input: null,
      context: { ip: '192.0.2.1', path: '/approve', requestId: 'r-1' },
      metadata: { level: 2 },
      observer: 'manual',
      source: 'clinic-1',
      tenant: 'acme',
      correlationId: 'r-1',
      causationId: null,
    });
  });

  test('leaves nothing undefined where nothing was said', async () => {
    const { deedlog, only } = inMemory();
    await deedlog.trackActivity({ action: 'ping.send', actor: anonymousActor });
    expect(Object.entries(only()).filter(([, value]) => value === undefined)).toEqual([]);
    expect(only()).toMatchObject({ actorKind: 'anonymous', actorId: null, targetType: null, metadata: {}, context: {}, source: 'app' });
  });

  test('explicit facts win over the scope, field by field', async () => {
    const { deedlog, only } = inMemory();
    const causationId = createId();
    await deedlog.run({ actor: ada, context: { ip: '192.0.2.1', userAgent: 'curl' } }, () =>
      deedlog.trackActivity({
        action: 'report.print', actor: systemActor('printer'), context: { ip: '198.51.100.2' }, correlationId: 'flow-9', causationId,
      }),
    );
    expect(only()).toMatchObject({ actorKind: 'system', actorId: 'printer', context: { ip: '198.51.100.2', userAgent: 'curl' }, correlationId: 'flow-9', causationId });
  });

  test('never invents an actor: without a scope it must be given', async () => {
    const { deedlog, store } = inMemory();
    await expect(deedlog.trackActivity({ action: 'report.print' })).rejects.toMatchObject({ code: 'ACTOR_MISSING' });
    await expect(deedlog.run({ context: { ip: '192.0.2.1' } }, () => deedlog.trackActivity({ action: 'report.print' }))).rejects.toMatchObject({ code: 'ACTOR_MISSING' });
    await expect(deedlog.withIntent({ action: 'report.print' }, () => 1)).rejects.toMatchObject({ code: 'ACTOR_MISSING' });
    await expect(deedlog.run({}, () => deedlog.withIntent({ action: 'report.print' }, () => 1))).rejects.toMatchObject({ code: 'ACTOR_MISSING' });
    expect(store.activities).toEqual([]);
  });

  test.each([
    ['an action without letters', { action: '***', actor: ada }, 'ACTION_INVALID'],
    ['an actor of no kind', { action: 'a.b', actor: { kind: 'robot', id: 1 } }, 'ACTOR_INVALID'],
    ['an actor without an id', { action: 'a.b', actor: { kind: 'user', id: '' } }, 'ACTOR_INVALID'],
    ['a target without an id', { action: 'a.b', actor: ada, target: { type: 'Invoice' } }, 'TARGET_INVALID'],
    ['a target whose id is not a number', { action: 'a.b', actor: ada, target: { type: 'Invoice', id: Number.NaN } }, 'TARGET_INVALID'],
    ['a template that cannot be parsed', { action: 'a.b', actor: ada, message: 'Item {item' }, 'MESSAGE_INVALID'],
    ['a slot without a value', { action: 'a.b', actor: ada, message: '{item.name}' }, 'MESSAGE_SLOT_EMPTY'],
  ])('refuses %s, before anything is written', async (_, activity, code) => {
    const { deedlog, store } = inMemory();
    await expect(deedlog.trackActivity(activity as never)).rejects.toMatchObject({ code, remedy: expect.stringMatching(/\w/) });
    await expect(deedlog.run({ actor: ada }, () => deedlog.trackActivity(activity as never))).rejects.toMatchObject({ code });
    expect(store.activities).toEqual([]);
  });

  test('an entity is described by describeTarget, and by the store where that does not know it', async () => {
    class Article {}
    class Comment {}
    const store = memoryStore();
    const { deedlog } = setUp({
      store: Object.defineProperties({ describeTarget: (one: object) => (one instanceof Comment ? { type: 'Comment', id: 2 } : undefined) }, Object.getOwnPropertyDescriptors(store)) as typeof store,
      describeTarget: (one) => (one instanceof Article ? { type: 'Article', id: 1, label: 'First' } : undefined),
    });
    await deedlog.trackActivity({ action: 'article.view', actor: ada, target: new Article(), related: [Object.assign(new Comment(), { role: 'reply' })] });
    expect(store.activities[0]).toMatchObject({ targetType: 'Article', targetId: '1', targetLabel: 'First', related: [{ role: 'reply', type: 'Comment', id: '2' }] });
  });

  test('a describer that throws is a coded error with its cause', async () => {
    const cause = new Error('no such entity');
    const { deedlog } = inMemory({
      describeTarget: () => {
        throw cause;
      },
    });
    await expect(deedlog.trackActivity({ action: 'a.b', actor: ada, target: {} })).rejects.toMatchObject({ code: 'TARGET_INVALID', cause });
  });

  test('an actor chain says for whom and by which means', async () => {
    const { deedlog, only } = inMemory();
    const support = userActor('s-1', { onBehalfOf: userActor('c-1', { onBehalfOf: systemActor('parent'), via: 'guardian' }), via: 'impersonation' });
    await deedlog.trackActivity({ action: 'order.cancel', actor: support });
    expect(only()).toMatchObject({
      actorId: 's-1',
      onBehalfOf: { kind: 'user', id: 'c-1', via: 'impersonation', onBehalfOf: { kind: 'system', id: 'parent', via: 'guardian', onBehalfOf: null } },
    });
  });

  test('an actor chain that is a circle ends', async () => {
    const { deedlog, only } = inMemory();
    const actor: { kind: 'user'; id: string; onBehalfOf?: never } = { kind: 'user', id: 'a' };
    Object.assign(actor, { onBehalfOf: actor });
    await deedlog.trackActivity({ action: 'a.b', actor });
    expect(JSON.stringify(only().onBehalfOf).match(/"id":"a"/g)).toHaveLength(4);
  });
});

describe('trackLogin and trackLogout', () => {
  test.each([
    ['login', {}],
    ['refresh', { grant: 'refresh' as const }],
    ['impersonate', { grant: 'impersonate' as const }],
  ])('a %s is recorded with how and in which session', async (verb, grant) => {
    const { deedlog, only } = inMemory();
    await deedlog.trackLogin({ actor: ada, authType: 'jwt', sessionId: 'jti-1', metadata: { device: 'phone' }, ...grant });
    expect(only()).toMatchObject({
      action: `auth.${verb}`, outcome: 'success', actorId: '7', metadata: { authType: 'jwt', sessionId: 'jti-1', device: 'phone' }, context: { sessionId: 'jti-1' },
    });
  });

  test('an impersonation names both', async () => {
    const { deedlog, only } = inMemory();
    await deedlog.trackLogin({ grant: 'impersonate', actor: userActor('support', { onBehalfOf: ada, via: 'impersonation' }), authType: 'session' });
    expect(only()).toMatchObject({ actorId: 'support', onBehalfOf: { id: '7', label: 'Ada', via: 'impersonation' } });
  });

  test('a failed login is anonymous, with its reason and the account that was tried', async () => {
    const { deedlog, only } = inMemory();
    await deedlog.trackLogin({ outcome: 'failure', failureReason: 'bad-password', authType: 'password', account: { type: 'User', id: 7 } });
    expect(only()).toMatchObject({ action: 'auth.login', outcome: 'failure', outcomeCode: 'bad-password', actorKind: 'anonymous', actorId: null, targetType: 'User', targetId: '7' });
  });

  test('a token that is passed by mistake as session id does not reach the log', async () => {
    const { deedlog, store } = inMemory();
    const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl';
    await deedlog.trackLogin({ actor: ada, authType: 'jwt', sessionId: token });
    expect(JSON.stringify(store.activities)).not.toContain('eyJ');
  });

  test('a logout is by whom the scope names', async () => {
    const { deedlog, only } = inMemory();
    await deedlog.run({ host: { user: '7' } }, () => deedlog.trackLogout({ authType: 'session', sessionId: 's-1' }));
    expect(only()).toMatchObject({ action: 'auth.logout', actorId: '7', metadata: { authType: 'session', sessionId: 's-1' } });
  });

  test('a login completes the open intent: one record, by the one who is signed in now', async () => {
    const { deedlog, only } = inMemory();
    const intent = deedlog.openIntent({ action: 'user.sign-in', observer: 'trpc', host: {} });
    await intent.run(async () => {
      expect(await deedlog.trackLogin({ actor: ada, authType: 'jwt', sessionId: 'jti-1', context: { ip: '192.0.2.1' } })).toEqual({ id: intent.id, status: 'merged' });
    });
    await intent.end({ outcome: 'success' });
    expect(only()).toMatchObject({ id: intent.id, action: 'auth.login', observer: 'trpc', actorId: '7', context: { ip: '192.0.2.1', sessionId: 'jti-1' } });
  });

  test('a refused login keeps its reason when the procedure then throws', async () => {
    const { deedlog, only } = inMemory();
    const intent = deedlog.openIntent({ action: 'user.sign-in', observer: 'trpc', host: {} });
    await intent.run(() => deedlog.trackLogin({ outcome: 'denied', failureReason: 'locked', authType: 'password' }));
    await intent.end({ outcome: 'failure', code: 'BAD_REQUEST' });
    expect(only()).toMatchObject({ action: 'auth.login', outcome: 'denied', outcomeCode: 'locked' });
  });

  test('nobody can call an act done that then threw', async () => {
    const { deedlog, only } = inMemory();
    const intent = deedlog.openIntent({ action: 'user.sign-in', observer: 'trpc', host: {} });
    await intent.run(() => deedlog.trackLogin({ actor: ada, authType: 'password' }));
    await intent.end({ outcome: 'failure', code: 'INTERNAL_SERVER_ERROR' });
    expect(only()).toMatchObject({ outcome: 'failure', outcomeCode: 'INTERNAL_SERVER_ERROR' });
  });
});

describe('auditCreate, auditUpdate and auditDelete', () => {
  const target = { type: 'BlogPost', id: 1 };

  test('name the action after the target, and store only allow-listed changes', async () => {
    const { deedlog, store } = inMemory();
    await deedlog.run({ actor: ada }, async () => {
      await deedlog.auditCreate({ target, data: { title: 'A', body: 'long', views: 0 }, fields: { title: 'plain', body: 'redact' } });
      await deedlog.auditUpdate({ target, before: { title: 'A', body: 'long' }, data: { title: 'B', body: 'longer' }, fields: { title: 'plain', body: 'redact' } });
      await deedlog.auditDelete({ target, data: { title: 'B', body: 'longer' }, fields: ['title'] });
    });
    expect(store.activities.map(({ action, changes }) => ({ action, changes }))).toEqual([
      { action: 'blog-post.create', changes: { title: { old: null, new: 'A' }, body: { old: null, new: '***REDACTED***' } } },
      { action: 'blog-post.update', changes: { title: { old: 'A', new: 'B' }, body: { old: '***REDACTED***', new: '***REDACTED***' } } },
      { action: 'blog-post.delete', changes: { title: { old: 'B', new: null } } },
    ]);
  });

  test('without an allow-list no value is stored', async () => {
    const { deedlog, only } = inMemory();
    await deedlog.auditUpdate({ target, actor: ada, before: { title: 'A' }, data: { title: 'secret plan' } });
    expect(only().changes).toBeNull();
    expect(JSON.stringify(only())).not.toContain('secret plan');
  });

  test('a partial update says nothing about the fields that it leaves out', async () => {
    const { deedlog, only } = inMemory();
    class Post {
      body = 'same';
      get title(): string {
        return 'old';
      }
    }
    await deedlog.auditUpdate({ target, actor: ada, before: new Post(), data: { title: 'new' }, fields: ['title'] });
    expect(only().changes).toEqual({ title: { old: 'old', new: 'new' } });
  });

  test('a field named __proto__ is a field', async () => {
    const { deedlog, only } = inMemory();
    await deedlog.auditUpdate({ target, actor: ada, before: {}, data: JSON.parse('{"__proto__": 1}') as object, fields: ['__proto__'] as never });
    expect(Object.entries(only().changes ?? {})).toEqual([['__proto__', { old: null, new: 1 }]]);
  });

  test('an update that changed nothing has no changes', async () => {
    const { deedlog, only } = inMemory();
    await deedlog.auditUpdate({ target, actor: ada, before: { tags: [{ a: 1 }] }, data: { tags: [{ a: 1 }] }, fields: ['tags'] });
    expect(only().changes).toBeNull();
  });

  test('an allow-list reaches into a nested object that is created whole', async () => {
    const { deedlog, only } = inMemory();
    await deedlog.auditCreate({ target, actor: ada, data: { address: { city: 'Bern', geo: '1,2' } }, fields: ['address.city'] });
    expect(only().changes).toEqual({ address: { old: null, new: { city: 'Bern' } } });
  });

  test('a part that is marked redact stays hidden in a whole that is allowed', async () => {
    const { deedlog, only } = inMemory();
    const data = { address: { city: 'Bern', geo: '46.9' }, lines: [{ sku: 'a', price: 46.9 }] };
    await deedlog.auditCreate({ target, actor: ada, data, fields: { address: 'plain', 'address.geo': 'redact', lines: 'plain', 'lines.price': 'redact' } });
    expect(only().changes).toEqual({
      address: { old: null, new: { city: 'Bern', geo: '***REDACTED***' } },
      lines: { old: null, new: [{ sku: 'a', price: '***REDACTED***' }] },
    });
  });

  test('keep reason, metadata, related and outcome', async () => {
    const { deedlog, only } = inMemory();
    await deedlog.auditDelete({
      target, actor: ada, action: 'post.purge', reason: 'spam', metadata: { count: 3 }, related: [{ role: 'blog', type: 'Blog', id: 2 }], outcome: 'denied', outcomeCode: 'FORBIDDEN',
    });
    expect(only()).toMatchObject({ action: 'post.purge', reason: 'spam', metadata: { count: 3 }, related: [{ role: 'blog' }], outcome: 'denied', outcomeCode: 'FORBIDDEN' });
  });
});
