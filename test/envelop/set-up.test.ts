import { createDeedlog, defineActions } from '@deedlog/core';
import { envelopErrors, useAudit, wrapMutationFields } from '@deedlog/envelop';
import { graphql } from 'graphql';
import { expect, test } from 'vitest';
import { record } from './support/audit.ts';
import { startEnvelop } from './support/envelop.ts';
import { invoiceSchema } from './support/invoices.ts';
import { describeOnGraphql } from './support/version.ts';
import { startYoga } from './support/yoga.ts';

const coded = (code: keyof typeof envelopErrors) => expect.objectContaining({ name: 'DeedlogError', code, remedy: envelopErrors[code].remedy });

describeOnGraphql('a wrong set-up is an error with a remedy', () => {
  test.each([undefined, null, {}, 'deedlog'])('no deedlog (%s)', (value) => {
    expect(() => useAudit(value as never)).toThrow(coded('ENVELOP_DEEDLOG_MISSING'));
    expect(() => wrapMutationFields(value as never, invoiceSchema())).toThrow(coded('ENVELOP_DEEDLOG_MISSING'));
  });

  test('no actor resolver', () => {
    expect(() => createDeedlog({ store: record().store } as never)).toThrow(expect.objectContaining({ code: 'ACTOR_RESOLVER_MISSING' }));
  });

  test('the plugin twice, as two or as one and the same', () => {
    const { deedlog } = record();
    const plugin = useAudit(deedlog);
    expect(() => startEnvelop(invoiceSchema(), [useAudit(deedlog), useAudit(deedlog)])).toThrow(coded('ENVELOP_PLUGIN_TWICE'));
    expect(() => startEnvelop(invoiceSchema(), [plugin, plugin])).toThrow(coded('ENVELOP_PLUGIN_TWICE'));
    expect(() => startEnvelop(invoiceSchema(), [useAudit(deedlog), useAudit(record().deedlog)])).toThrow(coded('ENVELOP_PLUGIN_TWICE'));
  });

  test('the plugin twice in Yoga', async () => {
    const { deedlog } = record();
    await expect(startYoga({ schema: invoiceSchema(), plugins: [useAudit(deedlog), useAudit(deedlog)] })).rejects.toThrow(coded('ENVELOP_PLUGIN_TWICE'));
  });

  test('no contextValue: refused at the first mutation, never anonymous', async () => {
    const { deedlog, store } = record();
    const server = startEnvelop(invoiceSchema(), [useAudit(deedlog)]);
    for (const contextValue of [undefined, null]) await expect(server.ask('mutation { bare }', { contextValue })).rejects.toThrow(coded('ENVELOP_CONTEXT_MISSING'));
    expect((await server.ask('{ invoice(id: "1") { id } }', { contextValue: undefined })).errors).toBeUndefined();
    expect(store.activities).toEqual([]);
  });

  test('no contextValue without Envelop: the field fails before its resolver', async () => {
    const { deedlog, store } = record();
    let ran = false;
    const schema = wrapMutationFields(deedlog, invoiceSchema({ resolvers: { Mutation: { bare: () => (ran = true) } } }));
    const { errors } = await graphql({ schema, source: 'mutation { bare }' });
    expect(errors?.[0]?.originalError).toEqual(coded('ENVELOP_CONTEXT_MISSING'));
    expect(ran).toBe(false);
    expect(store.activities).toEqual([]);
  });

  test('no contextValue is right inside a scope that says who acts', async () => {
    const { deedlog, store } = record();
    const server = startEnvelop(invoiceSchema(), [useAudit(deedlog)]);
    await deedlog.run({ actor: { kind: 'system', id: 'nightly' } }, () => server.ask('mutation { a: bare b: bare }', { contextValue: undefined }));
    expect(store.activities.map(({ actorKind, actorId }) => [actorKind, actorId])).toEqual([['system', 'nightly'], ['system', 'nightly']]);
  });

  test.each(['aprove', 'Query.aprove', 'invoice', 'Invoice.id'])('a field that is not there: %s', (name) => {
    const { deedlog } = record();
    const options = { fields: { [name]: { tool: 'billing' } } };
    expect(() => startEnvelop(invoiceSchema(), [useAudit(deedlog, options)])).toThrow(coded('ENVELOP_FIELD_UNKNOWN'));
    expect(() => wrapMutationFields(deedlog, invoiceSchema(), options)).toThrow(coded('ENVELOP_FIELD_UNKNOWN'));
  });

  test.each([
    ['an unknown setting', { inputs: ['id'] }],
    ['a wrong type', { action: 7 }],
    ['a target that is not a function', { target: { type: 'invoice', id: 1 } }],
    ['an allow-listed argument that is not there', { input: ['id', 'amuont'] }],
    ['an allow-listed path into an argument that is not there', { input: { 'payment.amount': 'plain' } }],
  ])('settings that cannot be used: %s', (_, settings) => {
    const { deedlog } = record();
    expect(() => wrapMutationFields(deedlog, invoiceSchema(), { fields: { approve: settings as never } })).toThrow(coded('ENVELOP_SETTINGS_INVALID'));
  });

  test.each(['@audit(input: ["nope"])', '@audit(action: "invoice.aprove")'])('a wrong directive: %s', (directive) => {
    const { deedlog } = record({ actions: defineActions({ 'invoice.approve': {} }) });
    const schema = invoiceSchema({ extend: `extend type Mutation { more(id: ID): Int ${directive} }` });
    expect(() => wrapMutationFields(deedlog, schema)).toThrow(expect.objectContaining({ name: 'DeedlogError' }));
  });

  test('a directive may name an action of the catalogue, in any spelling, and one with a standard verb', () => {
    const { deedlog } = record({ actions: defineActions({ 'invoice.approve': {} }) });
    for (const action of ['invoice.approve', 'INVOICE_APPROVE', 'letter.view']) {
      const schema = invoiceSchema({ extend: `extend type Mutation { more(id: ID): Int @audit(action: "${action}") }` });
      expect(wrapMutationFields(deedlog, schema)).not.toBe(schema);
    }
  });
});

describeOnGraphql('switched off', () => {
  test('the plugin is empty and the schema stays the same', () => {
    const { deedlog } = record({ enabled: false });
    const schema = invoiceSchema();
    expect(useAudit(deedlog)).toEqual({});
    expect(wrapMutationFields(deedlog, schema)).toBe(schema);
    expect(startEnvelop(schema, [useAudit(deedlog), useAudit(deedlog)]).schema()).toBe(schema);
  });
});
