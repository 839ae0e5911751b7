import { REDACTED, defineActions } from '@deedlog/core';
import { auditDirectiveTypeDefs, useAudit, wrapMutationFields } from '@deedlog/envelop';
import { GraphQLObjectType, GraphQLSchema, GraphQLString, buildSchema, graphql } from 'graphql';
import { expect, test } from 'vitest';
import { essence, record } from './support/audit.ts';
import { startEnvelop } from './support/envelop.ts';
import { invoiceSchema } from './support/invoices.ts';
import { describeOnGraphql } from './support/version.ts';

const host = { user: { id: 'ada' } };

describeOnGraphql('settings of a field', () => {
  test('the coerced arguments, with defaults, as far as they are allowed', async () => {
    const { deedlog, store } = record();
    const fields = { pay: { input: ['payment.amount', 'payment.currency', 'payment.card'] }, approve: { input: { id: 'plain', amount: 'redact' } as const } };
    const server = startEnvelop(invoiceSchema(), [useAudit(deedlog, { fields })]);
    await server.ask('mutation($p: Payment!) { pay(payment: $p) approve(id: 5, note: "secret") { id } }', { host, variables: { p: { amount: 3, card: '4111 1111 1111 1111', note: 'secret' } } });
    const [pay, approve] = store.activities;
    // `card` is on the deny-list of core: a mistake in the allow-list does not spill it.
    expect(pay?.input).toEqual({ payment: { amount: 3, currency: 'EUR', card: REDACTED } });
    expect(approve?.input).toEqual({ id: '5', amount: REDACTED });
    expect(JSON.stringify(store.activities)).not.toMatch(/4111|secret/);
  });

  test('the input is what the resolver was given, not what it made of it', async () => {
    const { deedlog, store } = record();
    const resolvers = { Mutation: { pay: (_: unknown, { payment }: { payment: Record<string, unknown> }) => String((payment['amount'] = 99)) } };
    const server = startEnvelop(invoiceSchema({ resolvers }), [useAudit(deedlog, { fields: { pay: { input: ['payment.amount'] } } })]);
    await server.ask('mutation { pay(payment: { amount: 1 }) }', { host });
    expect(store.activities[0]?.input).toEqual({ payment: { amount: 1 } });
  });

  test('target, reason and metadata from the arguments and the context', async () => {
    const { deedlog, store } = record();
    const fields = {
      approve: {
        action: 'invoice.approve',
        tool: 'billing',
        message: '{actor.label} approved {target.label}',
        target: ({ id }: { id: string }) => ({ type: 'invoice', id, label: `No. ${id}` }),
        reason: ({ id }: { id: string }) => (id === '1' ? 'on time' : undefined),
        metadata: ({ id }: { id: string }, { user }: { user?: { id: string } | undefined }) => ({ key: `${id}/${user?.id}` }),
      },
      bare: { reason: 'routine', metadata: { fixed: true } },
    };
    const server = startEnvelop(invoiceSchema(), [useAudit(deedlog, { fields })]);
    await server.ask('mutation { approve(id: "1") { id } b: approve(id: "2") { id } bare }', { host });
    expect(store.activities.map(({ reason, metadata, tool, targetType, targetId, targetLabel, message }) => ({ reason, metadata, tool, targetType, targetId, targetLabel, message }))).toEqual([
      { reason: 'on time', metadata: { key: '1/ada' }, tool: 'billing', targetType: 'invoice', targetId: '1', targetLabel: 'No. 1', message: '{actor.label} approved {target.label}' },
      { reason: null, metadata: { key: '2/ada' }, tool: 'billing', targetType: 'invoice', targetId: '2', targetLabel: 'No. 2', message: '{actor.label} approved {target.label}' },
      { reason: 'routine', metadata: { fixed: true }, tool: null, targetType: null, targetId: null, targetLabel: null, message: null },
    ]);
  });

  test('a callback that throws costs its own part only', async () => {
    const { deedlog, store, problems } = record();
    const target = (): never => {
      throw new Error('cannot read properties of undefined');
    };
    const server = startEnvelop(invoiceSchema(), [useAudit(deedlog, { fields: { bare: { target, reason: 'kept' } } })]);
    expect(await server.ask('mutation { bare }', { host })).toEqual({ data: { bare: 'done' } });
    expect(store.activities[0]).toMatchObject({ outcome: 'success', reason: 'kept', targetId: null });
    expect(problems).toEqual(['INTENT_CALLBACK_FAILED']);
  });

  test('the directive, in SDL', async () => {
    const { deedlog, store } = record();
    const extend = `
      extend type Mutation {
        sign(id: ID!, pin: String): String @audit(action: "letter.sign", tool: "letters", message: "signed", input: ["id"])
        ping: String @audit(skip: true)
      }
      extend type Query { letter(id: ID!): String @audit(action: "letter.view") }
    `;
    const server = startEnvelop(invoiceSchema({ extend }), [useAudit(deedlog)]);
    await server.ask('mutation { sign(id: 7, pin: "0000") ping bare }', { host });
    await server.ask('{ letter(id: 1) secret(id: 1) }', { host });
    expect(store.activities.map(({ action, tool, message, input }) => ({ action, tool, message, input }))).toEqual([
      { action: 'letter.sign', tool: 'letters', message: 'signed', input: { id: '7' } },
      { action: 'mutation.bare', tool: null, message: null, input: null },
      { action: 'letter.view', tool: null, message: null, input: null },
    ]);
  });

  test('the directive without its definition, as buildSchema leaves it', async () => {
    const { deedlog, store } = record();
    const schema = buildSchema(`${auditDirectiveTypeDefs} type Query { a: Int } type Mutation { sign(id: ID!): String @audit(action: "letter.sign", input: ["id"]) }`);
    await graphql({ schema: wrapMutationFields(deedlog, schema), source: 'mutation { sign(id: 7) }', rootValue: { sign: () => 'signed' }, contextValue: host });
    const loose = buildSchema('type Query { a: Int } type Mutation { sign(id: ID!): String @audit(action: "letter.sign", input: ["id"]) }', { assumeValidSDL: true });
    await graphql({ schema: wrapMutationFields(deedlog, loose), source: 'mutation { sign(id: 8) }', rootValue: { sign: () => 'signed' }, contextValue: host });
    expect(store.activities.map(({ action, input }) => [action, input])).toEqual([['letter.sign', { id: '7' }], ['letter.sign', { id: '8' }]]);
  });

  test('extensions of a field, in code', async () => {
    const { deedlog, store } = record();
    const field = (audit: unknown) => ({ type: GraphQLString, args: { id: { type: GraphQLString } }, resolve: () => 'ok', extensions: { audit } });
    const schema = new GraphQLSchema({
      query: new GraphQLObjectType({ name: 'Query', fields: { seen: field(true), unseen: { type: GraphQLString } } }),
      mutation: new GraphQLObjectType({
        name: 'Mutation',
        fields: { sign: field({ action: 'letter.sign', input: ['id'], target: ({ id }: { id: string }) => ({ type: 'letter', id }) }), ping: field({ skip: true }) },
      }),
    });
    const server = startEnvelop(schema, [useAudit(deedlog)]);
    await server.ask('mutation { sign(id: "7") ping }', { host });
    await server.ask('{ seen unseen }', { host });
    expect(store.activities.map(essence)).toEqual([
      { action: 'letter.sign', outcome: 'success', code: null, actor: 'ada', target: '7', input: { id: '7' } },
      { action: 'query.seen', outcome: 'success', code: null, actor: 'ada', target: null, input: null },
    ]);
  });

  test('each setting comes from the first that has it: options, extensions, directive', async () => {
    const { deedlog, store } = record();
    const extend = 'extend type Mutation { sign(id: ID): String @audit(action: "of.directive", tool: "directive", message: "directive", skip: true) }';
    const schema = invoiceSchema({ extend });
    const sign = schema.getMutationType()?.getFields()['sign'];
    if (sign !== undefined) sign.extensions = { ...sign.extensions, audit: { action: 'of.extension', tool: 'extension' } };
    await startEnvelop(schema, [useAudit(deedlog, { fields: { 'Mutation.sign': { action: 'of.option', skip: false } } })]).ask('mutation { sign }', { host });
    expect(store.activities.map(({ action, tool, message }) => [action, tool, message])).toEqual([['of.option', 'extension', 'directive']]);
  });

  test('an action that nobody declared: the plain name, or what the option makes of it', async () => {
    const { deedlog, store } = record({ actions: defineActions({ 'invoice.approve': {} }) });
    const extend = 'extend type Mutation { updatePatient: String deletePatientByID: String }';
    await startEnvelop(invoiceSchema({ extend }), [useAudit(deedlog)]).ask('mutation { updatePatient deletePatientByID }', { host });
    const action = ({ operation, name }: { operation: string; name: string }) => `api.${operation}-${name}`;
    await startEnvelop(invoiceSchema({ extend }), [useAudit(deedlog, { action })]).ask('mutation { updatePatient }', { host });
    expect(store.activities.map((activity) => activity.action)).toEqual(['mutation.update-patient', 'mutation.delete-patient-by-id', 'api.mutation-update-patient']);
  });
});

describeOnGraphql('inside the resolver', () => {
  test('deedlog.audit and context.audit speak to the field that runs', async () => {
    const { deedlog, store } = record();
    type Context = { audit: typeof deedlog.audit };
    const resolvers = {
      Mutation: {
        approve: async (_: unknown, { id }: { id: string }, { audit }: Context) => {
          await new Promise(setImmediate);
          audit.target({ type: 'invoice', id });
          deedlog.audit.reason(`because of ${id}`);
          return { id };
        },
        bare: (_: unknown, __: unknown, { audit }: Context) => {
          audit.outcome({ outcome: 'denied', code: 'LIMIT' });
          return 'refused, as data';
        },
        pay: (_: unknown, __: unknown, { audit }: Context) => (audit.skip(), 'nothing to pay'),
      },
    };
    const server = startEnvelop(invoiceSchema({ resolvers }), [useAudit(deedlog)]);
    const result = await server.ask('mutation { a: approve(id: "1") { id } b: approve(id: "2") { id } bare pay(payment: { amount: 1 }) }', { host });
    expect(result.errors).toBeUndefined();
    expect(store.activities.map(({ targetId, reason, outcome, outcomeCode }) => [targetId, reason, outcome, outcomeCode])).toEqual([
      ['1', 'because of 1', 'success', null],
      ['2', 'because of 2', 'success', null],
      [null, null, 'denied', 'LIMIT'],
    ]);
  });

  test('a context that has an audit of its own keeps it', async () => {
    const { deedlog, store } = record();
    const own = { note: () => 'mine' };
    const resolvers = { Mutation: { bare: (_: unknown, __: unknown, { audit }: { audit: typeof own }) => audit.note() } };
    const server = startEnvelop(invoiceSchema({ resolvers }), [useAudit(deedlog)]);
    expect(await server.ask('mutation { bare }', { contextValue: { ...host, audit: own } })).toEqual({ data: { bare: 'mine' } });
    expect(store.activities).toHaveLength(1);
  });

  test('an activity tracked by hand completes the intent of the same action, or is caused by it', async () => {
    const { deedlog, store } = record();
    const resolvers = {
      Mutation: {
        bare: async () => {
          await deedlog.trackActivity({ action: 'invoice.approve', target: { type: 'invoice', id: 1 } });
          await deedlog.trackActivity({ action: 'mail.send' });
          return 'done';
        },
      },
    };
    await startEnvelop(invoiceSchema({ resolvers }), [useAudit(deedlog, { fields: { bare: { action: 'invoice.approve' } } })]).ask('mutation { bare }', { host });
    const [mail, approve, ...more] = store.activities;
    expect(more).toEqual([]);
    expect(approve).toMatchObject({ action: 'invoice.approve', actorId: 'ada', targetId: '1', observer: 'envelop' });
    expect(mail).toMatchObject({ action: 'mail.send', actorId: 'ada', causationId: approve?.id });
  });

  test('a login is one record, of who signed in', async () => {
    const { deedlog, store } = record();
    const resolvers = {
      Mutation: {
        bare: async () => {
          await deedlog.trackLogin({ actor: { kind: 'user', id: 'grace' }, authType: 'password' });
          return 'token';
        },
      },
    };
    await startEnvelop(invoiceSchema({ resolvers }), [useAudit(deedlog)]).ask('mutation { bare }', { host: {} });
    expect(store.activities.map(({ action, actorId, outcome }) => [action, actorId, outcome])).toEqual([['auth.login', 'grace', 'success']]);
  });

  test('a field after a login in the same request is done by who signed in', async () => {
    const { deedlog, store } = record();
    const resolvers = {
      Mutation: { bare: (_: unknown, __: unknown, context: { user?: { id: string } }) => ((context.user = { id: 'grace' }), 'signed in') },
    };
    await startEnvelop(invoiceSchema({ resolvers }), [useAudit(deedlog)]).ask('mutation { bare approve(id: "1") { id } }', { contextValue: {} });
    expect(store.activities.map(({ actorKind, actorId }) => [actorKind, actorId])).toEqual([['anonymous', null], ['user', 'grace']]);
  });

  test('nested fields run in the scope of the operation, when the act is over', async () => {
    const { deedlog, store } = record();
    const resolvers = {
      Invoice: {
        amount: async () => {
          await deedlog.trackActivity({ action: 'invoice.view' });
          return 3;
        },
      },
    };
    const server = startEnvelop(invoiceSchema({ resolvers }), [useAudit(deedlog)]);
    await server.ask('mutation { approve(id: "1") { amount } }', { host: { ...host, requestId: 'r-9' } });
    expect(store.activities.map(({ action, actorId, correlationId, causationId }) => [action, actorId, correlationId, causationId])).toEqual([
      ['mutation.approve', 'ada', 'r-9', null],
      ['invoice.view', 'ada', 'r-9', null],
    ]);
  });
});
