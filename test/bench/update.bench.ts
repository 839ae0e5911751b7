import { createDeedlog, userActor } from '@deedlog/core';
import { mikroOrmStore } from '@deedlog/mikro-orm';
import { auditMiddleware } from '@deedlog/trpc';
import { defineEntity, p } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/core';
import { initTRPC } from '@trpc/server';
import { z } from 'zod';
import { testOrm } from '../support/database.ts';
import { compare } from './compare.ts';
import type { Ratio } from './compare.ts';

const BenchPatient = defineEntity({
  name: 'BenchPatient',
  properties: { id: p.integer().primary(), name: p.string(), visits: p.integer() },
});

interface Context {
  readonly user: { readonly id: string };
  readonly em: EntityManager;
}

/** A one-row update through tRPC and MikroORM, the activity in its transaction, against the same without an audit. */
export async function updateBench(): Promise<readonly Ratio[]> {
  if (process.env['DATABASE_URL'] === undefined) {
    console.log('one-row update on real PostgreSQL: left out, DATABASE_URL is not set');
    return [];
  }
  await using database = await testOrm([BenchPatient]);
  const { orm } = database;
  await orm.em.fork().insert(BenchPatient, { id: 1, name: 'Ada', visits: 0 });
  const deedlog = createDeedlog({ actor: (context: Context) => userActor(context.user.id), store: mikroOrmStore(orm) });
  const t = initTRPC.context<Context>().create();
  const schema = z.object({ id: z.number() });
  const update = async ({ ctx, input }: { ctx: Context; input: { id: number } }): Promise<void> => {
    const patient = await ctx.em.findOneOrFail(BenchPatient, input.id);
    patient.visits += 1;
    await ctx.em.flush();
  };
  const router = t.router({
    bare: t.procedure.input(schema).mutation(update),
    audited: t.procedure.concat(auditMiddleware(deedlog, { action: 'patient.update', input: ['id'] })).input(schema).mutation(update),
  });
  const call = t.createCallerFactory(router);
  const user = { id: '7' };
  return await compare({
    title: 'one-row update, tRPC + MikroORM + PostgreSQL',
    base: () => call({ user, em: orm.em.fork() }).bare({ id: 1 }),
    baseName: 'bare',
    contenders: [{ name: 'activity in the transaction', run: () => call({ user, em: orm.em.fork() }).audited({ id: 1 }), target: 1.25 }],
  });
}
