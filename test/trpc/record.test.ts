import { auditMiddleware } from '@deedlog/trpc';
import { TRPCError } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { bench, serve, t } from './support.ts';

const invoice = z.object({ id: z.string(), amount: z.coerce.number(), note: z.string().optional() });

describe('what a recorded call says', () => {
  test('one line audits a procedure: actor, action, validated input, target and reason', async () => {
    const { deedlog, only } = bench();
    const audited = t.procedure.concat(auditMiddleware(deedlog));
    const router = t.router({
      invoice: t.router({
        approve: audited
          .meta({ audit: { action: 'invoice.approve', input: ['id', 'amount'] } })
          .input(invoice)
          .mutation(({ ctx, input }) => {
            ctx.audit.target({ type: 'Invoice', id: input.id });
            ctx.audit.reason('within budget');
            ctx.audit.metadata({ level: 2 });
            return ctx.audit.id;
          }),
      }),
    });
    await using served = await serve(router);
    const id = await served.single.invoice.approve.mutate({ id: 'i-1', amount: '12' as never, note: 'not allow-listed' });
    expect(only()).toMatchObject({
      id,
      action: 'invoice.approve',
      outcome: 'success',
      outcomeCode: null,
      actorKind: 'user',
      actorId: '7',
      targetType: 'Invoice',
      targetId: 'i-1',
      reason: 'within budget',
      input: { id: 'i-1', amount: 12 },
      metadata: { level: 2 },
      message: 'Invoice {target.id} approved',
      observer: 'trpc',
      correlationId: 'req-1',
    });
    expect(JSON.stringify(only())).not.toContain('not allow-listed');
  });

  test('nothing of the input is stored unless it is named', async () => {
    const { deedlog, only } = bench();
    const router = t.router({ save: t.procedure.concat(auditMiddleware(deedlog)).input(invoice).mutation(() => 1) });
    await router.createCaller({}).save({ id: 'i-1', amount: 1 });
    expect(only()).toMatchObject({ action: 'save', input: null, actorKind: 'anonymous' });
  });

  test('a procedure without input is recorded under its path', async () => {
    const { deedlog, only } = bench();
    const router = t.router({ cache: { clear: t.procedure.concat(auditMiddleware(deedlog, { input: ['id'] })).mutation(() => 1) } });
    await router.createCaller({ userId: '7' }).cache.clear();
    expect(only()).toMatchObject({ action: 'cache.clear', input: null, outcome: 'success' });
  });

  test('options derive target, related, reason, metadata and message values from the validated input', async () => {
    const { deedlog, only } = bench();
    const update = z.object({ id: z.string().transform((id) => `p-${id}`), why: z.string(), ward: z.string() });
    const router = t.router({
      update: t.procedure.input(update).concat(
        auditMiddleware(deedlog, {
          schema: update,
          action: 'patient.update',
          tool: 'ward',
          message: 'Moved to {ward.name}',
          input: { id: 'plain', why: 'redact' },
          target: ({ input }) => ({ type: 'Patient', id: input.id }),
          related: ({ input }) => [{ role: 'ward', type: 'Ward', id: input.ward }],
          reason: ({ input }) => input.why,
          metadata: ({ ctx, path, type }) => ({ by: ctx.userId, path, type }),
          values: ({ input }) => ({ ward: { name: input.ward } }),
        }),
      ).mutation(() => 1),
    });
    await router.createCaller({ userId: '7' }).update({ id: '1', why: 'moved', ward: 'W' });
    expect(only()).toMatchObject({
      action: 'patient.update',
      tool: 'ward',
      targetId: 'p-1',
      reason: 'moved',
      input: { id: 'p-1', why: '***REDACTED***' },
      related: [{ role: 'ward', type: 'Ward', id: 'W' }],
      metadata: { by: '7', path: 'update', type: 'mutation' },
      messageValues: { 'ward.name': 'W' },
    });
  });

  test('what the resolver says wins over what the options derive', async () => {
    const { deedlog, only } = bench();
    const router = t.router({
      act: t.procedure.concat(auditMiddleware(deedlog, { reason: () => 'derived', metadata: () => ({ a: 1, b: 1 }) })).mutation(({ ctx }) => {
        ctx.audit.reason('said');
        ctx.audit.metadata({ b: 2 });
      }),
    });
    await router.createCaller({}).act();
    expect(only()).toMatchObject({ reason: 'said', metadata: { a: 1, b: 2 } });
  });

  test('a callback that throws is reported, and the call goes on', async () => {
    const { deedlog, only, problems } = bench();
    const router = t.router({
      act: t.procedure.concat(
        auditMiddleware(deedlog, {
          target: () => {
            throw new Error('no target');
          },
          reason: () => 'still there',
        }),
      ).mutation(() => 'done'),
    });
    await expect(router.createCaller({}).act()).resolves.toBe('done');
    expect(problems.map(({ code }) => code)).toEqual(['INTENT_CALLBACK_FAILED']);
    expect(only()).toMatchObject({ targetType: null, reason: 'still there' });
  });

  test('meta wins over the options, key by key', async () => {
    const { deedlog, only } = bench();
    const router = t.router({
      act: t.procedure.concat(auditMiddleware(deedlog, { tool: 'base', input: ['a'] })).meta({ audit: { input: ['b'] } }).input(z.object({ a: z.number(), b: z.number() })).mutation(() => 1),
    });
    await router.createCaller({}).act({ a: 1, b: 2 });
    expect(only()).toMatchObject({ tool: 'base', input: { b: 2 } });
  });

  test('two audits in a chain make one record, the later options winning', async () => {
    const { deedlog, only } = bench();
    const base = t.procedure.concat(auditMiddleware(deedlog, { tool: 'base', action: 'patient.view' }));
    const router = t.router({ act: base.input(z.object({ id: z.string() })).concat(auditMiddleware(deedlog, { action: 'patient.update', input: ['id'] })).mutation(({ ctx }) => ctx.audit.reason('r')) });
    await router.createCaller({}).act({ id: '1' });
    expect(only()).toMatchObject({ action: 'patient.update', tool: 'base', input: { id: '1' }, reason: 'r' });
  });

  test('an outcome said by the resolver wins', async () => {
    const { deedlog, only } = bench();
    const router = t.router({ pay: t.procedure.concat(auditMiddleware(deedlog)).mutation(({ ctx }) => ctx.audit.outcome({ outcome: 'denied', code: 'CARD_REFUSED' })) });
    await router.createCaller({}).pay();
    expect(only()).toMatchObject({ outcome: 'denied', outcomeCode: 'CARD_REFUSED' });
  });

  test('a login completes the intent instead of making a second record', async () => {
    const { deedlog, only } = bench();
    const router = t.router({
      session: t.router({
        open: t.procedure.concat(auditMiddleware(deedlog)).mutation(async () => {
          await deedlog.trackLogin({ actor: { kind: 'user', id: '9' }, authType: 'jwt', sessionId: 'jti-1' } as never);
        }),
      }),
    });
    await router.createCaller({}).session.open();
    expect(only().action).toMatch(/login$/);
    expect(only().actorId).toBe('9');
  });
});

describe('how a failed call ends', () => {
  const audited = (fail: () => never) => {
    const kit = bench();
    return { ...kit, router: t.router({ act: t.procedure.concat(auditMiddleware(kit.deedlog)).mutation(fail) }) };
  };

  test.each([
    ['UNAUTHORIZED', 'denied'],
    ['FORBIDDEN', 'denied'],
    ['NOT_FOUND', 'failure'],
    ['CONFLICT', 'failure'],
    ['BAD_REQUEST', 'failure'],
  ] as const)('%s is %s, and the client gets its own error', async (code, outcome) => {
    const { router, only } = audited(() => {
      throw new TRPCError({ code, message: 'as thrown' });
    });
    await using served = await serve(router);
    await expect(served.single.act.mutate()).rejects.toMatchObject({ message: 'as thrown', data: { code } });
    expect(only()).toMatchObject({ outcome, outcomeCode: code, actorId: '7' });
    expect(only().metadata).toEqual({});
  });

  test('an unknown error is INTERNAL_SERVER_ERROR and its text stays out of the record', async () => {
    const { router, only } = audited(() => {
      throw new Error('connection to 10.0.0.1 lost');
    });
    await expect(router.createCaller({}).act()).rejects.toThrow('connection to 10.0.0.1 lost');
    expect(only()).toMatchObject({ outcome: 'failure', outcomeCode: 'INTERNAL_SERVER_ERROR' });
    expect(JSON.stringify(only())).not.toContain('10.0.0.1');
  });

  test('a failed call makes one record, and its callbacks run once', async () => {
    const { deedlog, only } = bench();
    let asked = 0;
    const audit = auditMiddleware(deedlog, { metadata: () => ({ asked: ++asked }) });
    const router = t.router({
      act: t.procedure.use(({ next }) => next()).concat(audit).mutation(() => {
        throw new TRPCError({ code: 'CONFLICT' });
      }),
    });
    await expect(router.createCaller({}).act()).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(only()).toMatchObject({ outcome: 'failure', outcomeCode: 'CONFLICT', metadata: { asked: 1 } });
  });

  test('a middleware that forgets to return next() is a failure', async () => {
    const { deedlog, only } = bench();
    const router = t.router({ act: t.procedure.concat(auditMiddleware(deedlog)).use((() => undefined) as never).mutation(() => 1) });
    await expect(router.createCaller({}).act()).rejects.toThrow('No result from middlewares');
    expect(only()).toMatchObject({ outcome: 'failure', outcomeCode: 'INTERNAL_SERVER_ERROR' });
  });

  test('an output that fails validation is a failure', async () => {
    const { deedlog, only } = bench();
    const router = t.router({ act: t.procedure.concat(auditMiddleware(deedlog)).output(z.string()).mutation(() => 1 as never) });
    await expect(router.createCaller({}).act()).rejects.toThrow('Output validation failed');
    expect(only()).toMatchObject({ outcome: 'failure', outcomeCode: 'INTERNAL_SERVER_ERROR' });
  });

  test('a middleware that catches the failure decides on the answer, the record keeps what happened', async () => {
    const { deedlog, only } = bench();
    const swallow = t.procedure.use(async ({ next }) => {
      const result = await next();
      return result.ok ? result : ({ ...result, ok: true, data: 'fallback' } as never);
    });
    const router = t.router({
      act: swallow.concat(auditMiddleware(deedlog)).mutation(() => {
        throw new TRPCError({ code: 'CONFLICT' });
      }),
    });
    await expect(router.createCaller({}).act()).resolves.toBe('fallback');
    expect(only()).toMatchObject({ outcome: 'failure', outcomeCode: 'CONFLICT' });
  });
});
