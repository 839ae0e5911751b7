import { createDeedlog, memoryStore, userActor } from '@deedlog/core';
import type { Deedlog, DeedlogError } from '@deedlog/core';
import { auditMiddleware, trpcErrors } from '@deedlog/trpc';
import { initTRPC } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { bench, t } from './support.ts';
import type { actions, AppContext } from './support.ts';

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as DeedlogError).code;
  }
  return 'nothing was thrown';
}

const codeOfCall = (call: Promise<unknown>): Promise<string> => call.then(() => 'resolved', (error: DeedlogError) => error.code);

describe('a wrong set-up says so at once', () => {
  test('no deedlog', () => {
    expect(codeOf(() => auditMiddleware(undefined as unknown as Deedlog))).toBe('TRPC_DEEDLOG_MISSING');
  });

  test('no actor resolver: deedlog itself refuses', () => {
    expect(codeOf(() => createDeedlog({ store: memoryStore() } as never))).toBe('ACTOR_RESOLVER_MISSING');
  });

  test('.use() instead of .concat()', () => {
    const { deedlog } = bench();
    expect(codeOf(() => t.procedure.use(auditMiddleware(deedlog) as never))).toBe('TRPC_CONCAT_REQUIRED');
    expect(trpcErrors.TRPC_CONCAT_REQUIRED.remedy).toContain('.concat(');
  });

  test('a host with an experimental_caller of its own is refused by tRPC when the procedure is defined', () => {
    const { deedlog } = bench();
    const own = t.procedure.experimental_caller(async ({ args, invoke }) => invoke(args[0] as never));
    expect(() => own.concat(auditMiddleware(deedlog) as never)).toThrow('Duplicate key caller');
    expect(() => t.procedure.concat(auditMiddleware(deedlog)).experimental_caller(async () => 1)).toThrow('Duplicate key caller');
  });

  test('a context that already has an audit', async () => {
    const { deedlog } = bench();
    const host = initTRPC.context<{ userId?: string; audit: string }>().create();
    const router = host.router({ act: host.procedure.concat(auditMiddleware(deedlog) as never).mutation(() => 1) });
    await expect(codeOfCall(router.createCaller({ audit: 'mine' }).act(undefined as never))).resolves.toBe('TRPC_CONTEXT_TAKEN');
  });

  test('a middleware that replaces ctx.audit', async () => {
    const { deedlog } = bench();
    const router = t.router({ act: t.procedure.concat(auditMiddleware(deedlog)).use(({ next }) => next({ ctx: { audit: 'mine' } })).mutation(() => 1) });
    await expect(router.createCaller({}).act()).rejects.toMatchObject({ cause: { code: 'TRPC_AUDIT_REPLACED' } });
  });

  test('two deedlogs in one chain', async () => {
    const router = t.router({ act: t.procedure.concat(auditMiddleware(bench().deedlog)).concat(auditMiddleware(bench().deedlog)).mutation(() => 1) });
    await expect(codeOfCall(router.createCaller({}).act())).resolves.toBe('TRPC_DEEDLOG_MIXED');
  });

  test('a schema that is not the input of the procedure', async () => {
    const { deedlog } = bench();
    const schema = z.object({ id: z.string() });
    const router = t.router({ act: t.procedure.input(z.object({ id: z.string() })).concat(auditMiddleware(deedlog, { schema })).mutation(() => 1) });
    await expect(codeOfCall(router.createCaller({}).act({ id: '1' }))).resolves.toBe('TRPC_SCHEMA_FOREIGN');
  });

  test('a procedure called as a plain function gets the answer of tRPC', async () => {
    const { deedlog, store } = bench();
    const procedure = t.procedure.concat(auditMiddleware(deedlog)).mutation(() => 1);
    await expect((procedure as unknown as () => Promise<unknown>)()).rejects.toThrow('client-only function');
    expect(store.activities).toEqual([]);
  });

  test('a store that refuses never changes the answer of the call', async () => {
    const store = { write: () => Promise.reject(new Error('disk full')) };
    const problems: string[] = [];
    const deedlog = createDeedlog<AppContext, typeof actions>({ store, actor: () => userActor(1), onProblem: (problem) => problems.push((problem as DeedlogError).code) });
    const router = t.router({ act: t.procedure.concat(auditMiddleware(deedlog)).mutation(() => 'answer') });
    await expect(router.createCaller({}).act()).resolves.toBe('answer');
    expect(problems).toContain('STORE_WRITE_FAILED');
    expect(deedlog.counters.lost).toBe(1);
  });
});

describe('what deedlog relies on inside tRPC', () => {
  type Def = { middlewares: (((options: never) => unknown) & { _type?: string })[]; inputs: unknown[]; type: string; meta: unknown };
  const defOf = (procedure: unknown): Def => (procedure as { _def: Def })._def;

  test('a call walks the very array of steps that the caller is shown', async () => {
    const seen: unknown[] = [];
    let shown: Def | undefined;
    const procedure = t.procedure
      .use(({ next }) => next())
      .experimental_caller(async ({ args, invoke, _def }) => {
        shown = _def as unknown as Def;
        const original = shown.middlewares[0] as (options: unknown) => unknown;
        shown.middlewares[0] = ((options: unknown) => {
          seen.push(options);
          return original(options);
        }) as never;
        return invoke(args[0] as never);
      })
      .mutation(() => 'resolved');
    await expect((procedure as unknown as (options: object) => Promise<unknown>)({ path: 'act', getRawInput: async () => 1, ctx: {}, type: 'mutation' })).resolves.toBe('resolved');
    expect(seen).toHaveLength(1);
    expect(defOf(procedure)).toBe(shown);
  });

  test('parsers are marked, the resolver is the last step, and inputs are the schemas', () => {
    const schema = z.object({});
    const { middlewares, inputs, type } = defOf(t.procedure.use(({ next }) => next()).input(schema).output(z.any()).mutation(() => 1));
    expect(middlewares.map(({ _type, name }) => _type ?? name)).toEqual(['', 'input', 'output', 'resolveMiddleware']);
    expect(inputs).toEqual([schema]);
    expect(type).toBe('mutation');
  });

  test('two concats carry one and the same caller', () => {
    const { deedlog } = bench();
    expect(() => t.procedure.concat(auditMiddleware(deedlog)).concat(auditMiddleware(deedlog))).not.toThrow();
  });

  test('a step that was never woven in refuses to run', async () => {
    const { deedlog } = bench();
    const [step] = defOf(t.procedure.concat(auditMiddleware(deedlog)).mutation(() => 1)).middlewares;
    await expect((step as unknown as () => Promise<unknown>)()).rejects.toMatchObject({ code: 'TRPC_UNSUPPORTED' });
  });

  test('a procedure is called without a step of deedlog left in it', async () => {
    const { deedlog } = bench();
    const procedure = t.procedure.concat(auditMiddleware(deedlog)).input(z.object({})).mutation(() => 1);
    expect(defOf(procedure).middlewares).toHaveLength(3);
    await t.router({ procedure }).createCaller({}).procedure({});
    expect(defOf(procedure).middlewares).toHaveLength(2);
  });
});
