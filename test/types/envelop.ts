/** What must and must not compile against `@deedlog/envelop`. Checked by the root tsc; never run. */
import { createDeedlog, defineActions, memoryStore, userActor } from '@deedlog/core';
import type { Audit, Deedlog } from '@deedlog/core';
import { useAudit, wrapMutationFields } from '@deedlog/envelop';
import type { AuditContext, AuditFieldSettings } from '@deedlog/envelop';
import { envelop } from '@envelop/core';
import type { Plugin } from '@envelop/core';
import type { GraphQLSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';
import type { YogaInitialContext } from 'graphql-yoga';

interface Host {
  readonly user?: { readonly id: string };
}

/** As a code generator writes them. */
interface ApproveArgs {
  id: string;
  input: { amount: number; note?: string | null };
}

declare const schema: GraphQLSchema;
const actions = defineActions({ 'invoice.approve': {}, 'invoice.pay': {} });
const deedlog = createDeedlog({ actor: ({ user }: Host) => user && userActor(user.id), store: memoryStore(), actions });
const untyped: Deedlog<Host> = createDeedlog({ actor: () => undefined, store: memoryStore() });

// One line, with and without options; the plugin fits Yoga and Envelop.
const plugin: Plugin<AuditContext> = useAudit(deedlog);
createYoga({ schema, plugins: [plugin] });
createYoga<object, Host>({ schema, plugins: [useAudit(deedlog, {})] });
envelop({ plugins: [useAudit(untyped)] });
const wrapped: GraphQLSchema = wrapMutationFields(deedlog, schema);
wrapMutationFields(deedlog, wrapped, { fields: { approve: { action: 'invoice.approve' } } });

// @ts-expect-error no deedlog
useAudit();
// @ts-expect-error not a deedlog
useAudit({ trackActivity: () => undefined });

// A declared action is one of the catalogue.
useAudit(deedlog, { fields: { approve: { action: 'invoice.approve' }, 'Query.invoice': { action: 'invoice.pay' } } });
// @ts-expect-error misspelt
useAudit(deedlog, { fields: { approve: { action: 'invoice.aprove' } } });
// @ts-expect-error misspelt
wrapMutationFields(deedlog, schema, { fields: { approve: { action: 'invoice.aprove' } } });
// Without a catalogue any string will do.
useAudit(untyped, { fields: { approve: { action: 'anything.goes' } } });

// Settings are checked, key by key.
// @ts-expect-error no such setting
useAudit(deedlog, { fields: { approve: { inputs: ['id'] } } });
// @ts-expect-error no such option
useAudit(deedlog, { field: {} });
// @ts-expect-error wrong type
useAudit(deedlog, { fields: { approve: { skip: 'yes' } } });
// @ts-expect-error a target needs to be derived
useAudit(deedlog, { fields: { approve: { target: { type: 'invoice', id: 1 } } } });
useAudit(deedlog, { action: ({ operation, name }) => `${operation}.${name.toLowerCase()}` });
// @ts-expect-error the name of an action is text
useAudit(deedlog, { action: () => 7 });

// The arguments are those of the callback; the allow-list then holds to them.
useAudit(deedlog, {
  fields: {
    approve: {
      action: 'invoice.approve',
      target: ({ id }: ApproveArgs) => ({ type: 'invoice', id }),
      reason: ({ input }: ApproveArgs, { user }) => input.note ?? user?.id,
      input: ['id', 'input.amount'],
    },
    pay: { input: ['whatever', 'is.allowed'] },
  },
});
useAudit(deedlog, {
  // @ts-expect-error no such argument
  fields: { approve: { target: ({ id }: ApproveArgs) => ({ type: 'invoice', id }), input: ['input.amuont'] } },
});
useAudit(deedlog, {
  // @ts-expect-error the context is the host
  fields: { approve: { metadata: (_args: ApproveArgs, { session }) => ({ session }) } },
});
// With the types of a code generator, the whole map at once.
useAudit<Host, typeof actions, { approve: ApproveArgs }>(deedlog, {
  fields: { approve: { target: ({ id }) => ({ type: 'invoice', id }), input: { id: 'plain', 'input.amount': 'redact' } } },
});
useAudit<Host, typeof actions, { approve: ApproveArgs }>(deedlog, {
  // @ts-expect-error no such argument
  fields: { approve: { target: ({ number }) => ({ type: 'invoice', id: number }) } },
});

// For `extensions: { audit }`.
export const settings: AuditFieldSettings<ApproveArgs, Host, typeof actions> = { action: 'invoice.pay', input: ['input.note'] };
// @ts-expect-error misspelt
export const misspelt: AuditFieldSettings<ApproveArgs, Host, typeof actions> = { action: 'invoice.play' };

// context.audit
export function resolver(_source: unknown, { id }: ApproveArgs, context: YogaInitialContext & AuditContext): void {
  const audit: Audit = context.audit;
  audit.target({ type: 'invoice', id });
  context.audit.reason('because');
  // @ts-expect-error a reason is text
  context.audit.reason(7);
  // @ts-expect-error no such fact
  context.audit.because('x');
}
// Envelop composes it into the context by itself.
const enveloped = envelop({ plugins: [useAudit(deedlog)] })({});
export async function composed(): Promise<Audit> {
  return (await enveloped.contextFactory({})).audit;
}
