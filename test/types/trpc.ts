// Compile-time contract of @deedlog/trpc. `tsc -p tsconfig.json` is the test: each `@ts-expect-error` must be one.
import { createDeedlog, defineActions, memoryStore, userActor } from '@deedlog/core';
import type { Audit, Deedlog } from '@deedlog/core';
import { auditMiddleware } from '@deedlog/trpc';
import type { AuditMeta } from '@deedlog/trpc';
import { initTRPC } from '@trpc/server';
import * as v from 'valibot';
import { z } from 'zod';

interface AppContext {
  readonly user: { readonly id: string } | undefined;
}

const actions = defineActions({ 'invoice.approve': {}, 'patient.update': {} });
const deedlog = createDeedlog({ store: memoryStore(), actions, actor: ({ user }: AppContext) => (user === undefined ? undefined : userActor(user.id)) });
const t = initTRPC.context<AppContext>().meta<AuditMeta<typeof deedlog>>().create();
const schema = z.object({ id: z.string().transform(Number), amount: z.number(), address: z.object({ city: z.string() }) });
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const yes = <_True extends true>(): void => undefined;

// ctx.audit is there, and the rest of the context stays.
const audited = t.procedure.concat(auditMiddleware(deedlog));
audited.mutation(({ ctx }) => {
  yes<Equal<typeof ctx.audit, Audit>>();
  yes<Equal<typeof ctx.user, AppContext['user']>>();
  // @ts-expect-error a context gains nothing else
  void ctx.deedlog;
});
// Types go through the audit unharmed, wherever it stands.
const chained = t.procedure.input(z.object({ a: z.string() })).concat(auditMiddleware(deedlog)).input(z.object({ b: z.number() })).output(z.boolean()).mutation(({ input }) => {
  yes<Equal<typeof input, { a: string; b: number }>>();
  return true;
});
yes<Equal<(typeof chained)['_def']['$types']['input'], { a: string; b: number }>>();
yes<Equal<(typeof chained)['_def']['$types']['output'], boolean>>();
// @ts-expect-error the resolver must return what .output() says
audited.output(z.boolean()).mutation(() => 'text');
// Two audits in one chain.
audited.concat(auditMiddleware(deedlog, { action: 'patient.update' }));

// Actions: only those of the catalogue.
auditMiddleware(deedlog, { action: 'invoice.approve' });
// @ts-expect-error misspelt action in the options
auditMiddleware(deedlog, { action: 'invoice.aprove' });
audited.meta({ audit: { action: 'invoice.approve', input: ['id'] } });
// @ts-expect-error misspelt action in the meta
audited.meta({ audit: { action: 'invoice.aprove' } });
// @ts-expect-error misspelt option in the meta
audited.meta({ audit: { inputs: ['id'] } });
audited.meta({ audit: false });
// Without a catalogue any action will do.
auditMiddleware(createDeedlog({ store: memoryStore(), actor: () => undefined }), { action: 'any.thing' });

// Field names and callbacks, where the schema is given.
t.procedure.input(schema).concat(
  auditMiddleware(deedlog, {
    schema,
    input: ['id', 'address.city'],
    target: ({ input, ctx, path, type }) => {
      yes<Equal<typeof input, { id: number; amount: number; address: { city: string } }>>();
      yes<Equal<typeof ctx, AppContext>>();
      yes<Equal<typeof path, string>>();
      yes<Equal<typeof type, 'query' | 'mutation' | 'subscription'>>();
      return { type: 'Patient', id: input.id };
    },
    reason: ({ input }) => input.address.city,
    metadata: ({ input }) => ({ amount: input.amount }),
  }),
);
// @ts-expect-error misspelt input field
auditMiddleware(deedlog, { schema, input: ['ids'] });
// @ts-expect-error misspelt nested input field
auditMiddleware(deedlog, { schema, input: ['address.town'] });
auditMiddleware(deedlog, { schema, input: { id: 'plain', amount: 'redact' } });
// @ts-expect-error no such treatment
auditMiddleware(deedlog, { schema, input: { id: 'hash' } });
// @ts-expect-error no such field in a callback
auditMiddleware(deedlog, { schema, reason: ({ input }) => input.why });
auditMiddleware(deedlog, { schema: v.object({ id: v.string() }), input: ['id'], target: ({ input }) => ({ type: 'X', id: input.id }) });
// Any library that implements Standard Schema.
// @ts-expect-error misspelt input field of a valibot schema
auditMiddleware(deedlog, { schema: v.object({ id: v.string() }), input: ['ids'] });
// Without a schema the input of a callback can be annotated, and the names follow.
auditMiddleware(deedlog, { input: ['id'], target: ({ input }: { input: { id: string } }) => ({ type: 'Patient', id: input.id }) });
// @ts-expect-error without either, the input is unknown
auditMiddleware(deedlog, { target: ({ input }) => ({ type: 'Patient', id: input.id }) });

// Wrong use does not compile.
// @ts-expect-error .use() instead of .concat()
t.procedure.use(auditMiddleware(deedlog));
// @ts-expect-error no deedlog
auditMiddleware(undefined);
const foreign = initTRPC.context<{ account: string }>().create();
// @ts-expect-error Context mismatch: the actor resolver cannot read this context
foreign.procedure.concat(auditMiddleware(deedlog));
// What a middleware adds counts.
foreign.procedure.use(({ ctx, next }) => next({ ctx: { user: { id: ctx.account } } })).concat(auditMiddleware(deedlog));
const taken = initTRPC.context<AppContext & { audit: string }>().create();
// @ts-expect-error Context mismatch: ctx.audit belongs to the audit
taken.procedure.concat(auditMiddleware(deedlog));
const callerBase = t.procedure.experimental_caller(async () => 1);
// @ts-expect-error experimental_caller and the audit do not go together
callerBase.concat(auditMiddleware(deedlog));

// Hosts without the meta, with none at all, or with more.
initTRPC.context<AppContext>().create().procedure.concat(auditMiddleware(deedlog));
initTRPC.context<AppContext>().meta<{ openapi?: string }>().create().procedure.concat(auditMiddleware(deedlog));
initTRPC.context<AppContext>().meta<AuditMeta<typeof deedlog> & { openapi?: string }>().create().procedure.concat(auditMiddleware(deedlog)).meta({ openapi: '/', audit: { input: ['id'] } });
const mistaken = initTRPC.context<AppContext>().meta<{ audit?: string }>().create();
// @ts-expect-error Meta mismatch: meta.audit means something else here
mistaken.procedure.concat(auditMiddleware(deedlog));
// A wider context will do, and so will a deedlog that needs none.
initTRPC.context<AppContext & { extra: number }>().create().procedure.concat(auditMiddleware(deedlog));
initTRPC.create().procedure.concat(auditMiddleware(createDeedlog({ store: memoryStore(), actor: () => undefined })));
initTRPC.context<AppContext>().create().procedure.concat(auditMiddleware(createDeedlog({ store: memoryStore(), actor: () => undefined })));
const loose: Deedlog = createDeedlog({ store: memoryStore(), actor: () => undefined });
initTRPC.context<AppContext>().create().procedure.concat(auditMiddleware(loose));
// Optional properties of the context, which tRPC rewrites.
interface OptionalContext {
  readonly user?: string;
  readonly nested?: { readonly id?: string };
}
const optional = createDeedlog({ store: memoryStore(), actor: ({ user }: OptionalContext) => (user === undefined ? undefined : userActor(user)) });
initTRPC.context<OptionalContext>().create().procedure.concat(auditMiddleware(optional)).mutation(({ ctx }) => ctx.audit.id + (ctx.user ?? ''));
initTRPC.context<OptionalContext & { other: number }>().create().procedure.use(({ next }) => next({ ctx: { more: 1 } })).concat(auditMiddleware(optional));
// @ts-expect-error Context mismatch in an optional property
initTRPC.context<{ user?: number }>().create().procedure.concat(auditMiddleware(optional));
