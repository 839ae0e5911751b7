import { useAudit, wrapMutationFields } from '@deedlog/envelop';
import type { Plugin } from '@envelop/core';
import { MapperKind, mapSchema } from '@graphql-tools/utils';
import { graphql, printSchema } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { expect, test } from 'vitest';
import { record } from './support/audit.ts';
import { startEnvelop } from './support/envelop.ts';
import { invoiceSchema } from './support/invoices.ts';
import { describeOnGraphql } from './support/version.ts';
import { startYoga } from './support/yoga.ts';

const host = { user: { id: 'ada' } };

function resolversOf(schema: GraphQLSchema): unknown[] {
  return [schema.getMutationType(), schema.getQueryType()].flatMap((type) => Object.values(type?.getFields() ?? {}).map(({ resolve, extensions }) => [resolve, { ...extensions }]));
}

/** Wraps every mutation field anew, each time that it sees a schema. */
const rewrap: Plugin = {
  onSchemaChange: ({ schema, replaceSchema }) =>
    replaceSchema(
      mapSchema(schema, {
        [MapperKind.MUTATION_ROOT_FIELD]: (config) => ({
          ...config,
          resolve: (...call: Parameters<NonNullable<typeof config.resolve>>) => config.resolve?.(...call) as unknown,
        }),
      }),
    ),
};

describeOnGraphql('the schema', () => {
  test('of the user is never touched, and may serve two servers', async () => {
    const schema = invoiceSchema();
    const before = resolversOf(schema);
    const [one, two] = [record(), record()];
    const servers = [one, two].map(({ deedlog }) => startEnvelop(schema, [useAudit(deedlog)]));
    expect(resolversOf(schema)).toEqual(before);
    for (const server of servers) await server.ask('mutation { bare }', { host });
    await graphql({ schema, source: 'mutation { bare }', contextValue: host });
    expect([one, two].map(({ store }) => store.activities.length)).toEqual([1, 1]);
  });

  test('looks the same from outside, default values included', async () => {
    const schema = invoiceSchema();
    const { deedlog } = record();
    expect(printSchema(startEnvelop(schema, [useAudit(deedlog)]).schema())).toBe(printSchema(schema));
    expect(printSchema(wrapMutationFields(deedlog, schema))).toBe(printSchema(schema));
  });

  test('keeps unmarked resolvers as they are: a query runs the very same functions', () => {
    const schema = invoiceSchema();
    const wrapped = startEnvelop(schema, [useAudit(record().deedlog)]).schema();
    for (const name of ['invoice', 'secret']) expect(wrapped.getQueryType()?.getFields()[name]?.resolve).toBe(schema.getQueryType()?.getFields()[name]?.resolve);
    expect(wrapped.getMutationType()?.getFields()['bare']?.resolve).not.toBe(schema.getMutationType()?.getFields()['bare']?.resolve);
  });

  test('may come anew with every request', async () => {
    const { deedlog, store } = record();
    const schemas = [invoiceSchema(), invoiceSchema()];
    let requests = 0;
    await using yoga = await startYoga({ schema: () => schemas[requests++ % 2] as GraphQLSchema, plugins: [useAudit(deedlog)] });
    for (let index = 0; index < 6; index++) expect((await yoga.ask('mutation { bare }')).errors).toBeUndefined();
    expect(store.activities).toHaveLength(6);
  });

  test.each(['before', 'after'])('wrapped again by a plugin that stands %s ours: one activity for each field', async (place) => {
    const { deedlog, store } = record();
    const audit = useAudit(deedlog);
    const server = startEnvelop(invoiceSchema(), place === 'before' ? [rewrap, audit] : [audit, rewrap]);
    expect(await server.ask('mutation { a: bare b: bare }', { host })).toEqual({ data: { a: 'done', b: 'done' } });
    expect(store.activities).toHaveLength(2);
  });

  test('without mutations stays the same object', () => {
    const { deedlog } = record();
    const schema = mapSchema(invoiceSchema(), { [MapperKind.MUTATION]: () => null });
    expect(schema.getMutationType()).toBeUndefined();
    expect(wrapMutationFields(deedlog, schema)).toBe(schema);
  });

  test('with root types of other names', async () => {
    const { deedlog, store } = record();
    const extend = 'schema { query: Query mutation: Commands } type Commands { sign(id: ID): String look: String }';
    const schema = invoiceSchema({ extend, resolvers: { Commands: { sign: () => 'ok', look: () => 'ok' } } });
    const server = startEnvelop(schema, [useAudit(deedlog, { fields: { sign: { action: 'letter.sign' }, 'Commands.look': { skip: true } } })]);
    await server.ask('mutation { sign(id: 1) look }', { host });
    expect(store.activities.map(({ action }) => action)).toEqual(['letter.sign']);
  });
});

describeOnGraphql('wrapMutationFields, without Envelop', () => {
  test('records a mutation that graphql() executes', async () => {
    const { deedlog, store } = record();
    const schema = wrapMutationFields(deedlog, invoiceSchema(), { fields: { approve: { action: 'invoice.approve', input: ['id'] } } });
    const result = await graphql({ schema, source: 'mutation { approve(id: "1") { id } fail(how: FORBIDDEN) { id } }', contextValue: host });
    expect(result.data).toMatchObject({ approve: { id: '1' } });
    expect(store.activities.map(({ action, outcome, input, actorId }) => [action, outcome, input, actorId])).toEqual([
      ['invoice.approve', 'success', { id: '1' }, 'ada'],
      ['mutation.fail', 'denied', null, 'ada'],
    ]);
  });

  test('and the plugin on top of it record once', async () => {
    const { deedlog, store } = record();
    const schema = wrapMutationFields(deedlog, wrapMutationFields(deedlog, invoiceSchema()));
    await startEnvelop(schema, [useAudit(deedlog)]).ask('mutation { bare }', { host });
    const guarded = mapSchema(schema, {
      [MapperKind.MUTATION_ROOT_FIELD]: (config) => ({ ...config, resolve: (...call: Parameters<NonNullable<typeof config.resolve>>) => config.resolve?.(...call) as unknown }),
    });
    await startEnvelop(guarded, [useAudit(deedlog)]).ask('mutation { bare }', { host });
    expect(store.activities).toHaveLength(2);
  });

  test('leaves the default resolver to fields that have none', async () => {
    const { deedlog, store } = record();
    const schema = wrapMutationFields(deedlog, invoiceSchema({ extend: 'extend type Mutation { ofRoot(x: Int): Int }' }));
    const rootValue = { ofRoot: ({ x }: { x: number }, context: unknown) => (context === host ? x * 2 : 0) };
    expect(await graphql({ schema, source: 'mutation { ofRoot(x: 4) }', rootValue, contextValue: host })).toEqual({ data: { ofRoot: 8 } });
    expect(store.activities).toHaveLength(1);
  });
});
