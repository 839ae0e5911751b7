import { createDeedlog, memoryStore, userActor } from '@deedlog/core';
import { auditMiddleware } from '@deedlog/trpc';
import { lazy } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { bench, serve, t } from './support.ts';
import type { actions, AppContext } from './support.ts';

const byId = z.object({ id: z.string() });

describe('which procedures are recorded', () => {
  test('mutations are; queries only where they are marked', async () => {
    const { deedlog, store } = bench();
    const audited = t.procedure.concat(auditMiddleware(deedlog));
    const router = t.router({
      change: audited.mutation(() => 1),
      read: audited.query(() => 1),
      readMarked: audited.meta({ audit: {} }).query(() => 1),
      readNamed: t.procedure.concat(auditMiddleware(deedlog, { action: 'patient.view' })).query(() => 1),
      readByType: t.procedure.concat(auditMiddleware(deedlog, { types: ['query'] })).query(() => 1),
      changeByType: t.procedure.concat(auditMiddleware(deedlog, { types: ['query'] })).mutation(() => 1),
      left: audited.meta({ audit: false }).mutation(() => 1),
      skipped: audited.meta({ audit: { skip: true } }).mutation(() => 1),
    });
    const caller = router.createCaller({});
    for (const call of ['change', 'read', 'readMarked', 'readNamed', 'readByType', 'changeByType', 'left', 'skipped'] as const) await caller[call]();
    expect(store.activities.map(({ action }) => action)).toEqual(['change', 'read-marked', 'patient.view', 'read-by-type']);
  });

  test('one line audits an admin router whole, reads included', async () => {
    const { deedlog, store } = bench();
    const admin = t.procedure.concat(auditMiddleware(deedlog, { tool: 'admin', types: ['mutation', 'query'], input: ['id'] }));
    const users = t.router({
      list: admin.query(() => []),
      create: admin.input(byId).mutation(({ input }) => input),
      update: admin.input(byId).mutation(({ ctx, input }) => {
        ctx.audit.target({ type: 'User', id: input.id });
        ctx.audit.changes({ role: { old: 'user', new: 'admin' } });
      }),
      remove: admin.input(byId).mutation(() => true),
    });
    await using served = await serve(t.router({ admin: { users } }));
    const client = served.batch.admin.users;
    await client.list.query();
    await client.create.mutate({ id: '1' });
    await client.update.mutate({ id: '1' });
    await client.remove.mutate({ id: '1' });
    expect(store.activities.map(({ action, tool, actorId, input }) => ({ action, tool, actorId, input }))).toEqual(
      ['list', 'create', 'update', 'remove'].map((verb) => ({ action: `admin.users.${verb}`, tool: 'admin', actorId: '7', input: verb === 'list' ? null : { id: '1' } })),
    );
    expect(store.activities[2]).toMatchObject({ targetId: '1', changes: { role: { old: 'user', new: 'admin' } } });
  });

  test('a procedure that is not recorded still has a scope and a ctx.audit', async () => {
    const { deedlog, store } = bench();
    const audited = t.procedure.concat(auditMiddleware(deedlog));
    const router = t.router({
      read: audited.query(async ({ ctx }) => {
        ctx.audit.reason('dropped');
        await deedlog.trackActivity({ action: 'patient.view' });
        return ctx.audit.id;
      }),
    });
    await expect(router.createCaller({ userId: '7' }).read()).resolves.toMatch(/^[0-9a-f-]{36}$/);
    expect(store.activities.map(({ action, actorId, reason }) => [action, actorId, reason])).toEqual([['patient.view', '7', null]]);
  });

  test('switched off, the audit adds no step, and resolvers work unchanged', async () => {
    const { deedlog, store } = bench({ enabled: false });
    const router = t.router({
      act: t.procedure.concat(auditMiddleware(deedlog)).input(byId).mutation(({ ctx, input }) => {
        ctx.audit.target({ type: 'X', id: input.id });
        return 'done';
      }),
    });
    await expect(router.createCaller({}).act({ id: '1' })).resolves.toBe('done');
    expect((router.act._def as unknown as { middlewares: unknown[] }).middlewares).toHaveLength(2);
    expect(store.activities).toEqual([]);
  });

  test('one skip from the resolver leaves no record', async () => {
    const { deedlog, store } = bench();
    const router = t.router({ act: t.procedure.concat(auditMiddleware(deedlog)).mutation(({ ctx }) => ctx.audit.skip()) });
    await router.createCaller({}).act();
    expect(store.activities).toEqual([]);
  });
});

describe('each call has an intent of its own', () => {
  test('a batch shares one context, and no two calls share an audit', async () => {
    const { deedlog, store } = bench();
    const router = t.router({
      act: t.procedure.concat(auditMiddleware(deedlog, { input: ['id'] })).input(byId).mutation(async ({ ctx, input }) => {
        await new Promise((resolve) => setImmediate(resolve));
        ctx.audit.reason(`reason of ${input.id}`);
        deedlog.audit.metadata({ ambient: input.id });
        return ctx.audit.id;
      }),
    });
    await using served = await serve(router);
    for (const client of [served.batch, served.stream]) {
      store.clear();
      const ids = await Promise.all(['1', '2', '3'].map((id) => client.act.mutate({ id })));
      expect(new Set(ids).size).toBe(3);
      const found = store.activities.map(({ id, reason, metadata, input }) => ({ id, reason, metadata, input }));
      const wanted = ['1', '2', '3'].map((id, index) => ({ id: ids[index], reason: `reason of ${id}`, metadata: { ambient: id }, input: { id } }));
      expect(found).toEqual(expect.arrayContaining(wanted));
      expect(found).toHaveLength(3);
      expect(new Set(store.activities.map(({ correlationId }) => correlationId))).toEqual(new Set(['req-1']));
    }
  });

  test('the context that the caller passed is left as it was', async () => {
    const { deedlog } = bench();
    const ctx = Object.freeze({ userId: '7' });
    const router = t.router({ act: t.procedure.concat(auditMiddleware(deedlog)).mutation(() => 1) });
    await router.createCaller(ctx).act();
    expect(Object.keys(ctx)).toEqual(['userId']);
  });

  test('a context of a class keeps its methods', async () => {
    class RequestContext {
      readonly userId = '7';
      greet(): string {
        return `hello ${this.userId}`;
      }
    }
    const { deedlog, only } = bench();
    const router = t.router({ act: t.procedure.concat(auditMiddleware(deedlog)).mutation(({ ctx }) => (ctx as unknown as RequestContext).greet()) });
    await expect(router.createCaller(new RequestContext()).act()).resolves.toBe('hello 7');
    expect(only().actorId).toBe('7');
  });

  test('a call made by a resolver is linked to the one that made it', async () => {
    const { deedlog, store } = bench();
    const audited = t.procedure.concat(auditMiddleware(deedlog));
    const inner = t.router({ step: audited.mutation(({ ctx }) => ctx.audit.reason('inner')), left: audited.meta({ audit: false }).input(byId).mutation(({ ctx }) => ctx.audit.reason('lost')) });
    const outer = t.router({
      whole: audited.mutation(async ({ ctx }) => {
        ctx.audit.reason('outer');
        await inner.createCaller(ctx).left({ id: 'x' });
        await inner.createCaller(ctx).step();
      }),
    });
    await outer.createCaller({ userId: '7', requestId: 'r' }).whole();
    const [step, whole] = store.activities;
    expect(store.activities).toHaveLength(2);
    expect(step).toMatchObject({ action: 'step', reason: 'inner', causationId: whole?.id, correlationId: 'r' });
    expect(whole).toMatchObject({ action: 'whole', reason: 'outer', causationId: null });
  });

  test('lazy and merged routers are audited under the path that was called', async () => {
    const { deedlog, store } = bench();
    const audited = t.procedure.concat(auditMiddleware(deedlog, { input: ['id'] }));
    const save = audited.input(byId).mutation(() => 1);
    const one = t.router({ one: { save } });
    const two = t.router({ two: lazy(async () => t.router({ save, deep: lazy(async () => t.router({ save })) })) });
    await using served = await serve(t.mergeRouters(one, two));
    await served.single.one.save.mutate({ id: '1' });
    await served.batch.two.save.mutate({ id: '2' });
    await served.batch.two.deep.save.mutate({ id: '3' });
    await served.batch.two.deep.save.mutate({ id: '4' });
    expect(store.activities.map(({ action, input }) => [action, input?.['id']])).toEqual([
      ['one.save', '1'],
      ['two.save', '2'],
      ['two.deep.save', '3'],
      ['two.deep.save', '4'],
    ]);
  });

  test('an asynchronous actor is waited for', async () => {
    const store = memoryStore();
    const deedlog = createDeedlog<AppContext, typeof actions>({ store, actor: async () => userActor('late') });
    const router = t.router({ act: t.procedure.concat(auditMiddleware(deedlog)).mutation(() => 1) });
    await router.createCaller({}).act();
    expect(store.activities.map(({ actorId }) => actorId)).toEqual(['late']);
  });

  test('a support user who acts for a customer is recorded with both', async () => {
    const store = memoryStore();
    const deedlog = createDeedlog<AppContext, typeof actions>({ store, actor: () => userActor('support-1', { onBehalfOf: userActor('customer-1'), via: 'impersonation' }) });
    const router = t.router({ act: t.procedure.concat(auditMiddleware(deedlog)).mutation(() => 1) });
    await router.createCaller({}).act();
    expect(store.activities[0]).toMatchObject({ actorId: 'support-1', onBehalfOf: { id: 'customer-1', via: 'impersonation' } });
  });
});

describe('input that is not JSON', () => {
  test('a form is recorded by its fields, a file as a marker', async () => {
    const { deedlog, only } = bench();
    const router = t.router({
      upload: t.procedure.concat(auditMiddleware(deedlog, { input: ['title', 'tags', 'file'] })).input(z.instanceof(FormData)).mutation(({ input }) => input.get('title') as string),
    });
    await using served = await serve(router);
    const form = new FormData();
    form.append('title', 'Scan');
    form.append('tags', 'a');
    form.append('tags', 'b');
    form.append('other', 'not allow-listed');
    form.append('file', new File(['SECRET BYTES'], 'scan.txt'));
    await expect(served.stream.upload.mutate(form)).resolves.toBe('Scan');
    expect(only().input).toMatchObject({ title: 'Scan', tags: ['a', 'b'], file: expect.stringMatching(/^\[File .*12 bytes\]$/) });
    expect(JSON.stringify(only())).not.toMatch(/SECRET BYTES|not allow-listed/);
  });

  test('bytes are not stored', async () => {
    const { deedlog, only } = bench();
    const router = t.router({
      upload: t.procedure.concat(auditMiddleware(deedlog, { input: ['size'] })).input(z.instanceof(ReadableStream)).mutation(async ({ input }) => (await new Response(input).text()).length),
    });
    await using served = await serve(router);
    await expect(served.stream.upload.mutate(new Blob(['SECRET BYTES']) as never)).resolves.toBe(12);
    expect(JSON.stringify(only())).not.toContain('SECRET BYTES');
  });
});
