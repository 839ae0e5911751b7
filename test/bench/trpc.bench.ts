import { auditMiddleware } from '@deedlog/trpc';
import { createDeedlog, userActor } from '@deedlog/core';
import { initTRPC } from '@trpc/server';
import { z } from 'zod';
import { ringStore } from './ring-store.ts';
import { compare } from './compare.ts';
import type { Ratio } from './compare.ts';

interface Context {
  readonly user: { readonly id: string };
}

/** A mutation through a tRPC caller: audited with a memory store, against a no-op middleware and a bare procedure. */
export async function trpcBench(): Promise<readonly Ratio[]> {
  const deedlog = createDeedlog({ actor: (context: Context) => userActor(context.user.id), store: ringStore() });
  const t = initTRPC.context<Context>().create();
  const schema = z.object({ id: z.string(), name: z.string() });
  const resolve = ({ input }: { input: { id: string } }): Promise<string> => Promise.resolve(input.id);
  const router = t.router({
    bare: t.procedure.input(schema).mutation(resolve),
    noop: t.procedure.use(({ next }) => next()).input(schema).mutation(resolve),
    audited: t.procedure.concat(auditMiddleware(deedlog, { input: ['id', 'name'] })).input(schema).mutation(resolve),
  });
  const caller = t.createCallerFactory(router)({ user: { id: '7' } });
  const input = { id: 'p-1', name: 'Ada' };
  const ratios = await compare({
    title: 'tRPC caller, memory store',
    base: () => caller.noop(input),
    baseName: 'no-op middleware',
    contenders: [
      { name: 'audited', run: () => caller.audited(input), target: 1.1 },
      { name: 'bare procedure', run: () => caller.bare(input), target: undefined },
    ],
  });
  await deedlog.close();
  return ratios;
}
