import { auditMiddleware } from '@deedlog/trpc';
import { TRPCError } from '@trpc/server';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { bench, serve, t } from './support.ts';

const part1 = z.object({ id: z.string().transform((id) => id.toUpperCase()) });
const part2 = z.object({ amount: z.coerce.number() });
const raw = { id: 'i-1', amount: '5' } as never;
const validated = { id: 'I-1', amount: 5 };

describe('the audit stands anywhere relative to .input()', () => {
  const { deedlog, only, store } = bench();
  const audit = auditMiddleware(deedlog, { input: ['id', 'amount'] });
  const pass = t.middleware(({ next }) => next());
  const procedures = {
    before: t.procedure.concat(audit).input(part1).input(part2),
    between: t.procedure.input(part1).concat(audit).input(part2),
    after: t.procedure.input(part1).input(part2).concat(audit),
    beforeWithMiddleware: t.procedure.concat(audit).use(pass).input(part1).use(pass).input(part2).use(pass),
    afterWithMiddleware: t.procedure.use(pass).input(part1).use(pass).input(part2).use(pass).concat(audit).use(pass),
    withOutput: t.procedure.concat(audit).output(z.any()).input(part1).input(part2),
  };
  test.each(Object.entries(procedures))('%s: the record holds the validated input, merged', async (_name, procedure) => {
    store.clear();
    const router = t.router({ act: procedure.mutation(({ input }) => input) });
    await expect(router.createCaller({}).act(raw)).resolves.toEqual(validated);
    expect(only().input).toEqual(validated);
  });
});

test('a middleware that replaces the input is recorded as the resolver sees it', async () => {
  const { deedlog, only } = bench();
  const router = t.router({
    act: t.procedure.concat(auditMiddleware(deedlog, { input: ['id'] })).input(part1).use(({ next }) => next({ input: { id: 'replaced' } } as never)).mutation(({ input }) => input),
  });
  await router.createCaller({}).act({ id: 'x' });
  expect(only().input).toEqual({ id: 'replaced' });
});

test('an input that the adapter hands over already parsed is recorded as the resolver sees it', async () => {
  const { deedlog, only } = bench();
  const procedure = t.procedure.concat(auditMiddleware(deedlog, { input: ['id'] })).mutation(({ input }) => input);
  const call = { path: 'act', type: 'mutation', ctx: {}, input: { id: 'given' }, getRawInput: async () => undefined, signal: undefined, batchIndex: 0 } as const;
  await expect(procedure(call)).resolves.toEqual({ id: 'given' });
  expect(only().input).toEqual({ id: 'given' });
});

test('a resolver that changes its input afterwards does not change the record', async () => {
  const { deedlog, only } = bench();
  const router = t.router({
    act: t.procedure.concat(auditMiddleware(deedlog, { input: ['id'] })).input(part1).mutation(({ input }) => {
      input.id = 'forged';
    }),
  });
  await router.createCaller({}).act({ id: 'x' });
  expect(only().input).toEqual({ id: 'X' });
});

test('a middleware that forges getRawInput does not reach the record', async () => {
  const { deedlog, only } = bench();
  const router = t.router({
    act: t.procedure.concat(auditMiddleware(deedlog, { input: ['id'] })).input(part1).use(({ next }) => next({ getRawInput: async () => ({ id: 'forged' }) } as never)).mutation(({ input }) => input.id),
  });
  await expect(router.createCaller({}).act({ id: 'x' })).resolves.toBe('X');
  expect(only().input).toEqual({ id: 'X' });
});

describe('input that fails validation', () => {
  const strict = z.object({ id: z.string().max(3), amount: z.number() });
  const secret = { id: 'far too long', amount: 'confidential', extra: 'hidden' };

  test.each(['before', 'after'] as const)('audit %s .input(): failure, BAD_REQUEST, key names only', async (position) => {
    const { deedlog, only } = bench();
    const audit = auditMiddleware(deedlog, { input: ['id', 'amount'], target: () => ({ type: 'Never', id: 1 }) });
    const procedure = position === 'before' ? t.procedure.concat(audit).input(strict) : t.procedure.input(strict).concat(audit);
    const router = t.router({ act: procedure.mutation(() => 1) });
    await using served = await serve(router);
    await expect(served.single.act.mutate(secret as never)).rejects.toMatchObject({ data: { code: 'BAD_REQUEST' } });
    expect(only()).toMatchObject({
      outcome: 'failure',
      outcomeCode: 'BAD_REQUEST',
      input: null,
      actorId: '7',
      targetType: null,
      metadata: { inputKeys: ['id', 'amount', 'extra'] },
    });
    for (const value of Object.values(secret)) expect(JSON.stringify(only())).not.toContain(value);
  });

  test('no value of any input that fails validation is ever stored', async () => {
    const { deedlog, store } = bench();
    const never = z.object({ id: z.never() });
    const router = t.router({ act: t.procedure.concat(auditMiddleware(deedlog, { input: ['id', 'note'] })).input(never).mutation(() => 1) });
    const caller = router.createCaller({});
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom('id', 'note', 'other'), fc.uuid()), async (input) => {
        store.clear();
        await caller.act(input as never).catch(() => undefined);
        const text = JSON.stringify(store.activities[0]?.input) + JSON.stringify(store.activities[0]?.metadata);
        for (const value of Object.values(input)) expect(text).not.toContain(value);
        expect(store.activities).toHaveLength(1);
      }),
    );
  });

  test('a body that is no JSON is a failure too', async () => {
    const { deedlog, only } = bench();
    const router = t.router({ act: t.procedure.concat(auditMiddleware(deedlog)).input(part1).mutation(() => 1) });
    await using served = await serve(router);
    const response = await fetch(`${served.url}/act`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"id":' });
    expect(response.status).toBe(400);
    expect(only()).toMatchObject({ outcome: 'failure', outcomeCode: 'BAD_REQUEST', input: null });
  });
});

describe('a call that is refused before it reaches its audit', () => {
  const signedIn = t.middleware(({ ctx, next }) => {
    if (ctx.userId === undefined) throw new TRPCError({ code: 'UNAUTHORIZED' });
    return next({ ctx: { userId: `verified-${ctx.userId}` } });
  });

  test('is recorded as denied, anonymous where nobody is signed in', async () => {
    const { deedlog, only } = bench();
    const router = t.router({ act: t.procedure.use(signedIn).concat(auditMiddleware(deedlog)).input(part1).mutation(() => 1) });
    await expect(router.createCaller({}).act({ id: 'x' })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    expect(only()).toMatchObject({ action: 'act', outcome: 'denied', outcomeCode: 'UNAUTHORIZED', actorKind: 'anonymous' });
  });

  test('has the actor that the context named when it failed', async () => {
    const { deedlog, only } = bench();
    const forbid = t.middleware(() => {
      throw new TRPCError({ code: 'FORBIDDEN' });
    });
    const router = t.router({ act: t.procedure.use(signedIn).use(forbid).concat(auditMiddleware(deedlog)).mutation(() => 1) });
    await expect(router.createCaller({ userId: '7' }).act()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(only()).toMatchObject({ outcome: 'denied', actorKind: 'user', actorId: 'verified-7' });
  });

  test('keeps the validated input as evidence', async () => {
    const { deedlog, store } = bench();
    const forbid = t.middleware(() => {
      throw new TRPCError({ code: 'FORBIDDEN' });
    });
    const audit = auditMiddleware(deedlog, { schema: part1, input: ['id'], target: ({ input }) => ({ type: 'Patient', id: input.id }) });
    for (const procedure of [t.procedure.input(part1).use(forbid).concat(audit), t.procedure.concat(audit).input(part1).use(forbid)]) {
      store.clear();
      const router = t.router({ act: procedure.mutation(() => 1) });
      await expect(router.createCaller({ userId: '7' }).act({ id: 'p1' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      expect(store.activities).toHaveLength(1);
      expect(store.activities[0]).toMatchObject({ outcome: 'denied', input: { id: 'P1' }, targetId: 'P1', actorId: '7' });
    }
  });

  test('keeps nothing of an input that was never validated', async () => {
    const { deedlog, only, problems } = bench();
    const audit = auditMiddleware(deedlog, { schema: part1, input: ['id'], target: ({ input }) => ({ type: 'Patient', id: input.id }) });
    const router = t.router({ act: t.procedure.concat(audit).use(signedIn).input(part1).mutation(() => 1) });
    await expect(router.createCaller({}).act({ id: 'unseen' })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    expect(only()).toMatchObject({ outcome: 'denied', input: null, targetType: null });
    expect(problems).toEqual([]);
  });

  test('is not recorded where deedlog is switched off', async () => {
    const { deedlog, store } = bench({ enabled: false });
    const router = t.router({ act: t.procedure.use(signedIn).concat(auditMiddleware(deedlog)).mutation(() => 1) });
    await expect(router.createCaller({}).act()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    expect(store.activities).toEqual([]);
  });

  test('a query that is not recorded stays unrecorded', async () => {
    const { deedlog, store } = bench();
    const router = t.router({ read: t.procedure.use(signedIn).concat(auditMiddleware(deedlog)).query(() => 1) });
    await expect(router.createCaller({}).read()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    expect(store.activities).toEqual([]);
  });
});
