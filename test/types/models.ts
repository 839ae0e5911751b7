import { createDeedlog, memoryStore, userActor } from '@deedlog/core';
import type { AuditColumns, Deedlog } from '@deedlog/core';
import { useAudit, wrapMutationFields } from '@deedlog/envelop';
import type { AuditContext } from '@deedlog/envelop';
import { activityModel } from '@deedlog/mikro-orm';
import { auditMiddleware } from '@deedlog/trpc';
import type { AuditMeta } from '@deedlog/trpc';
import type { Plugin } from '@envelop/core';
import type { EntityManager } from '@mikro-orm/core';
import { p } from '@mikro-orm/core';
import { initTRPC } from '@trpc/server';
import type { GraphQLSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { z } from 'zod';

const Quality = activityModel({
  name: 'Quality',
  table: 'quality',
  properties: { team: p.string(), score: p.integer().nullable(), checkedAt: p.datetime().nullable(), level: p.enum(['low', 'high']).nullable() },
});
const Team = activityModel({ name: 'Team', table: 'team', properties: { team: p.string() } });

const actor = (): ReturnType<typeof userActor> => userActor('7');
const store = memoryStore();
const plain = createDeedlog({ actor, store });
const several = createDeedlog({ actor, store, models: { 'data-quality': Quality } });
const own = createDeedlog({ actor: ({ userId }: { userId: string }) => userActor(userId), store, models: { default: Team, 'data-quality': Quality } });
const filled = createDeedlog({ actor, store, models: { default: { model: Team, fill: ({ tenant }) => ({ team: tenant ?? 'none' }) }, off: { model: Quality, enabled: false } } });

export async function compiles(): Promise<void> {
  await plain.trackActivity({ action: 'a.b' });
  await plain.trackActivity({ action: 'a.b', model: 'default' });
  await several.trackActivity({ action: 'a.b' });
  await several.trackActivity({ model: 'data-quality', action: 'a.b', team: 'ops' });
  await several.trackActivity({ model: 'data-quality', action: 'a.b', team: 'ops', score: 3, level: 'low', checkedAt: new Date() });
  await several.trackActivity({ model: 'data-quality', action: 'a.b', team: 'ops', score: null });
  await own.trackActivity({ action: 'a.b', team: 'ops' });
  await filled.trackActivity({ action: 'a.b' });
  await filled.trackActivity({ action: 'a.b', team: 'ops' });
  await filled.trackActivity({ model: 'off', action: 'a.b', team: 'ops' });
  const done: number = await several.withIntent({ action: 'a.b', model: 'data-quality', columns: { score: 1 } }, (audit) => {
    audit.columns({ team: 'ops' });
    // @ts-expect-error the wrong type
    audit.columns({ team: 1 });
    return 1;
  });
  await own.withIntent({ action: 'a.b', host: { userId: '7' } }, (audit) => audit.columns({ team: `${done}` }));
}

export async function doesNotCompile(): Promise<void> {
  // @ts-expect-error there are no models
  await plain.trackActivity({ action: 'a.b', model: 'data-quality' });
  // @ts-expect-error nor own columns
  await plain.trackActivity({ action: 'a.b', team: 'ops' });
  // @ts-expect-error a misspelt model
  await several.trackActivity({ model: 'data-qualty', action: 'a.b', team: 'ops' });
  // @ts-expect-error team is not nullable
  await several.trackActivity({ model: 'data-quality', action: 'a.b' });
  // @ts-expect-error nor may it be null
  await several.trackActivity({ model: 'data-quality', action: 'a.b', team: null });
  // @ts-expect-error the wrong type
  await several.trackActivity({ model: 'data-quality', action: 'a.b', team: 1 });
  // @ts-expect-error the wrong type of an optional column
  await several.trackActivity({ model: 'data-quality', action: 'a.b', team: 'ops', score: '3' });
  // @ts-expect-error none of its items
  await several.trackActivity({ model: 'data-quality', action: 'a.b', team: 'ops', level: 'middle' });
  // @ts-expect-error a misspelt column
  await several.trackActivity({ model: 'data-quality', action: 'a.b', team: 'ops', scroe: 3 });
  // @ts-expect-error the default has no own columns
  await several.trackActivity({ action: 'a.b', team: 'ops' });
  // @ts-expect-error the default's own column is required without a model, too
  await own.trackActivity({ action: 'a.b' });
  // @ts-expect-error a column of the other model
  await own.trackActivity({ action: 'a.b', team: 'ops', score: 3 });
  // @ts-expect-error what fill does not fill stays required
  await filled.trackActivity({ model: 'off', action: 'a.b' });
  // @ts-expect-error a misspelt model of an intent
  await several.withIntent({ action: 'a.b', model: 'data-qualty' }, () => 1);
  // @ts-expect-error what is no model
  createDeedlog({ actor, store, models: { wrong: { table: 'quality' } } });
}

/** The entity is queried with its types. */
export async function queries(em: EntityManager): Promise<string> {
  await em.find(Quality, { team: 'ops', score: { $gt: 3 }, actorId: '7' }, { orderBy: { occurredAt: 'desc', score: 'asc' } });
  // @ts-expect-error no such column
  await em.find(Quality, { crew: 'ops' });
  // @ts-expect-error the wrong type
  await em.find(Quality, { team: 3 });
  const [first] = await em.find(Quality, {});
  const score: number | null | undefined = first?.score;
  return `${first?.team} ${first?.action} ${score}`;
}

/** Models do not stand in the way of adapters, nor of code that takes any deedlog. */
export const adapted: unknown = auditMiddleware(own);
export const any: Deedlog<{ userId: string }> = own;

// Adapters: the model of a procedure or field is one of the deedlog's, and `audit.columns` knows its columns.
const t = initTRPC.context<{ userId: string }>().meta<AuditMeta<typeof own>>().create();
const typed = createDeedlog({ actor: ({ userId }: { userId: string }) => userActor(userId), store, models: { 'data-quality': Quality } });
const withModel = t.procedure.concat(auditMiddleware(own, { model: 'data-quality' }));
withModel.mutation(({ ctx }) => {
  ctx.audit.columns({ team: 'ops', score: 1, level: 'low' });
  ctx.audit.columns({ score: null });
  // @ts-expect-error a misspelt column
  ctx.audit.columns({ scroe: 1 });
  // @ts-expect-error the wrong type
  ctx.audit.columns({ score: '1' });
});
const whichever = t.procedure.concat(auditMiddleware(own));
whichever.meta({ audit: { model: 'data-quality' } }).mutation(({ ctx }) => {
  // Which model it is shows in the meta alone; the columns of all are known here.
  ctx.audit.columns({ team: 'ops', score: 1 });
  // @ts-expect-error the column of no model
  ctx.audit.columns({ scroe: 1 });
  // @ts-expect-error the wrong type in each model
  ctx.audit.columns({ team: 1 });
});
// @ts-expect-error a misspelt model in the meta
whichever.meta({ audit: { model: 'data-qualty' } });
// @ts-expect-error a misspelt model in the options
auditMiddleware(own, { model: 'data-qualty' });
// @ts-expect-error there are no models
auditMiddleware(plain, { model: 'data-quality' });
// @ts-expect-error the meta of a deedlog without models
initTRPC.context<{ userId: string }>().meta<AuditMeta<typeof plain>>().create().procedure.meta({ audit: { model: 'data-quality' } });
auditMiddleware(own, { schema: z.object({ id: z.string() }), model: 'data-quality', input: ['id'], target: ({ input }) => ({ type: 'Dataset', id: input.id }) });
initTRPC.context<{ userId: string }>().create().procedure.concat(auditMiddleware(typed)).mutation(({ ctx }) => ctx.audit.columns({ score: 3 }));

const plugin: Plugin<AuditContext<{ team: string; score: number | null }>> = useAudit(own, { fields: { check: { model: 'data-quality' } } });
createYoga({ plugins: [plugin, useAudit(several)] });
createYoga<object, { userId: string }>({ plugins: [useAudit(own)] });
// @ts-expect-error a misspelt model of a field
useAudit(own, { fields: { check: { model: 'data-qualty' } } });
declare const schema: GraphQLSchema;
wrapMutationFields(own, schema, { fields: { check: { model: 'default' } } });
// @ts-expect-error a misspelt model of a field
wrapMutationFields(own, schema, { fields: { check: { model: 'data-qualty' } } });
declare const context: AuditContext<AuditColumns<{ 'data-quality': typeof Quality }>>;
context.audit.columns({ team: 'ops' });
// @ts-expect-error a misspelt column
context.audit.columns({ taem: 'ops' });

/** The helpers take a model and its columns as `trackActivity` does. */
export async function helpers(): Promise<void> {
  const target = { type: 'Dataset', id: 1 };
  await several.auditCreate({ model: 'data-quality', target, data: { rows: 1 }, fields: ['rows'], team: 'ops' });
  await several.auditUpdate({ model: 'data-quality', target, before: { rows: 1 }, data: { rows: 2 }, fields: { rows: 'redact' }, team: 'ops', score: 2 });
  await several.auditDelete({ model: 'data-quality', target, team: 'ops' });
  await several.trackLogin({ model: 'data-quality', authType: 'jwt', actor: actor(), team: 'ops' });
  await several.trackLogin({ model: 'data-quality', authType: 'jwt', outcome: 'failure', failureReason: 'expired', team: 'ops' });
  await several.trackLogout({ model: 'data-quality', authType: 'jwt', team: 'ops', score: null });
  await several.auditUpdate({ target, data: { rows: 2 }, fields: ['rows'] });
  await filled.trackLogin({ authType: 'jwt', actor: actor() });
  several.audit.columns({ team: 'ops' });
  // @ts-expect-error the column of no model
  several.audit.columns({ taem: 'ops' });
  // @ts-expect-error team is not nullable
  await several.auditCreate({ model: 'data-quality', target });
  // @ts-expect-error the wrong type
  await several.auditUpdate({ model: 'data-quality', target, team: 1 });
  // @ts-expect-error a misspelt model
  await several.auditDelete({ model: 'data-qualty', target, team: 'ops' });
  // @ts-expect-error a misspelt column
  await several.auditUpdate({ model: 'data-quality', target, team: 'ops', scroe: 1 });
  // @ts-expect-error a field that is not in the data
  await several.auditUpdate({ model: 'data-quality', target, team: 'ops', data: { rows: 2 }, fields: ['row'] });
  // @ts-expect-error the default has no own columns
  await several.trackLogin({ authType: 'jwt', actor: actor(), team: 'ops' });
  // @ts-expect-error the default's own column is required
  await own.trackLogout({ authType: 'jwt' });
  // @ts-expect-error a model that nobody declared
  await plain.trackLogin({ model: 'data-quality', authType: 'jwt', actor: actor() });
}
