import { useAudit } from '@deedlog/envelop';
import { normalizedExecutor } from '@graphql-tools/executor';
import { MapperKind, mapSchema } from '@graphql-tools/utils';
import type { Plugin } from '@envelop/core';
import { GraphQLError, graphql } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { expect, test } from 'vitest';
import { record } from './support/audit.ts';
import type { Recorded } from './support/audit.ts';
import { startEnvelop } from './support/envelop.ts';
import { invoiceSchema } from './support/invoices.ts';
import { describeOnGraphql } from './support/version.ts';
import { startYoga } from './support/yoga.ts';

const host = { user: { id: 'ada' }, requestId: 'r-1' };
const options = { fields: { approve: { action: 'invoice.approve', input: ['id', 'amount', 'note'] } } };

function ended({ store }: Pick<Recorded, 'store'>): unknown[] {
  return store.activities.map(({ action, outcome, outcomeCode, metadata, input }) => [action, outcome, outcomeCode, metadata['inputKeys'], input]);
}

/** The same request to Yoga, whose executor is of graphql-tools, and to graphql's own. */
async function askBoth(query: string, variables: Record<string, unknown>): Promise<Recorded[]> {
  const [yogaRecord, envelopRecord] = [record(), record()];
  await using yoga = await startYoga({ schema: invoiceSchema(), plugins: [useAudit(yogaRecord.deedlog, options)] });
  expect((await yoga.ask(query, { variables, user: 'ada', requestId: 'r-1' })).errors?.length).toBeGreaterThan(0);
  expect((await startEnvelop(invoiceSchema(), [useAudit(envelopRecord.deedlog, options)]).ask(query, { host, variables })).errors?.length).toBeGreaterThan(0);
  return [yogaRecord, envelopRecord];
}

describeOnGraphql('a mutation refused before its resolver', () => {
  test('variables of the wrong type: one activity for each field that was asked for, with key names in place of values', async () => {
    const query = `
      mutation ($id: ID!, $amount: Int!, $on: Boolean = false) {
        a: approve(id: $id, amount: $amount) { id }
        ...More
        c: bare @skip(if: true)
        d: bare @include(if: $on)
        __typename
      }
      fragment More on Mutation { b: bare ... on Mutation { a: approve(id: $id, amount: $amount) { amount } } ...More2 }
      fragment More2 on Mutation { e: bare @skip(if: $on) }
    `;
    for (const one of await askBoth(query, { id: '1', amount: 'p4ssword', 'evil\nkey': 1 })) {
      expect(ended(one)).toEqual([
        ['invoice.approve', 'failure', 'BAD_USER_INPUT', ['id', 'amount'], null],
        ['mutation.bare', 'failure', 'BAD_USER_INPUT', ['id', 'amount'], null],
        ['mutation.bare', 'failure', 'BAD_USER_INPUT', ['id', 'amount'], null],
      ]);
      expect(JSON.stringify(one.store.activities)).not.toMatch(/p4ssword|evil/);
      expect(one.store.activities.map(({ actorId, correlationId }) => [actorId, correlationId])).toEqual(Array.from({ length: 3 }, () => ['ada', 'r-1']));
    }
  });

  test('a missing variable', async () => {
    for (const one of await askBoth('mutation ($id: ID!) { approve(id: $id) { id } }', {})) {
      expect(ended(one)).toEqual([['invoice.approve', 'failure', 'BAD_USER_INPUT', [], null]]);
    }
  });

  test('an argument that cannot be coerced fails alone, the other fields are done', async () => {
    const query = 'mutation ($id: ID = "1") { a: bare b: approve(id: $id, amount: 3) { id } c: bare }';
    for (const one of await askBoth(query, { id: null })) {
      expect(ended(one)).toContainEqual(['invoice.approve', 'failure', 'BAD_USER_INPUT', ['id', 'amount'], null]);
      expect(one.store.activities.map(({ action, outcome }) => [action, outcome]).toSorted()).toEqual([
        ['invoice.approve', 'failure'],
        ['mutation.bare', 'success'],
        ['mutation.bare', 'success'],
      ]);
      expect(new Set(one.store.activities.map(({ correlationId }) => correlationId))).toEqual(new Set(['r-1']));
    }
  });

  test('fields after a failed non-null field do not run and are not recorded', async () => {
    const { deedlog, store } = record();
    const resolvers = { Mutation: { approveStrictly: () => Promise.reject(new GraphQLError('no', { extensions: { code: 'FORBIDDEN' } })) } };
    const result = await startEnvelop(invoiceSchema({ resolvers }), [useAudit(deedlog)]).ask('mutation { a: bare approveStrictly(id: "1") { id } b: bare }', { host });
    expect(result.data).toBeNull();
    expect(store.activities.map(({ action, outcome }) => [action, outcome])).toEqual([['mutation.bare', 'success'], ['mutation.approve-strictly', 'denied']]);
  });

  test('a nested field that fails does not make the act a failure, even where null spreads over the whole answer', async () => {
    const { deedlog, store } = record();
    const server = startEnvelop(invoiceSchema(), [useAudit(deedlog)]);
    const result = await server.ask('mutation { approve(id: "1") { broken } approveStrictly(id: "1") { broken } }', { host });
    expect(result.data).toBeNull();
    expect(store.activities.map(({ outcome }) => outcome)).toEqual(['success', 'success']);
  });

  test('a document executed inside a resolver is not taken for the one around it', async () => {
    const { deedlog, store } = record();
    const inner = 'mutation { b: approve(id: "9") { id } }';
    const resolvers = {
      Mutation: {
        bare: async (_: unknown, __: unknown, ___: unknown, { schema }: { schema: GraphQLSchema }) => {
          await graphql({ schema, source: inner, contextValue: { user: { id: 'grace' } } });
          return 'done';
        },
      },
    };
    const server = startEnvelop(invoiceSchema({ resolvers }), [useAudit(deedlog)]);
    await server.ask('mutation ($id: ID = "1") { bare b: approve(id: $id) { id } }', { host, variables: { id: null } });
    expect(store.activities.map(({ action, actorId, outcome }) => [action, actorId, outcome])).toEqual([
      ['mutation.approve', 'grace', 'success'],
      ['mutation.bare', 'ada', 'success'],
      ['mutation.approve', 'ada', 'failure'],
    ]);
    expect(store.activities[0]?.causationId).toBe(store.activities[1]?.id);
  });

  test('a request given up: the field under way is recorded as it ends, those after it never', async () => {
    const { deedlog, store } = record();
    const controller = new AbortController();
    const resolvers = {
      Mutation: {
        bare: async () => {
          controller.abort();
          await new Promise(setImmediate);
          return 'done all the same';
        },
      },
    };
    const executor = (args: object) => normalizedExecutor({ ...args, signal: controller.signal } as never);
    const server = startEnvelop(invoiceSchema({ resolvers }), [useAudit(deedlog)], executor);
    await expect(server.ask('mutation { bare approve(id: "1") { id } }', { host })).rejects.toThrow(/abort/i);
    await expect.poll(() => store.activities.length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(store.activities.map(({ action, outcome }) => [action, outcome])).toEqual([['mutation.bare', 'success']]);
  });

  test('another plugin stops the operation: denied, with its code', async () => {
    const guard: Plugin = {
      onExecute: ({ setResultAndStopExecution }) => setResultAndStopExecution({ errors: [new GraphQLError('Sign in', { extensions: { code: 'UNAUTHENTICATED' } })] }),
    };
    const one = record();
    await startEnvelop(invoiceSchema(), [useAudit(one.deedlog), guard]).ask('mutation { a: bare b: bare }', { host, variables: { x: 1 } });
    expect(ended(one)).toEqual(['a', 'b'].map(() => ['mutation.bare', 'denied', 'UNAUTHENTICATED', undefined, null]));
  });

  test('a guard that another plugin put around our resolver: denied, once', async () => {
    const guard: Plugin = {
      onSchemaChange: ({ schema, replaceSchema }) =>
        replaceSchema(
          mapSchema(schema, {
            [MapperKind.MUTATION_ROOT_FIELD]: (config) => ({
              ...config,
              resolve: (...call: Parameters<NonNullable<typeof config.resolve>>) => {
                if (call[1]['id'] === '2') throw new GraphQLError('Not yours', { extensions: { code: 'FORBIDDEN' } });
                return config.resolve?.(...call) as unknown;
              },
            }),
          }),
        ),
    };
    for (const plugins of [(audit: unknown) => [audit, guard], (audit: unknown) => [guard, audit]]) {
      const one = record();
      const server = startEnvelop(invoiceSchema(), plugins(useAudit(one.deedlog)));
      await server.ask('mutation { a: approve(id: "1") { id } b: approve(id: "2") { id } }', { host });
      expect(one.store.activities.map(({ outcome, outcomeCode }) => [outcome, outcomeCode]).toSorted()).toEqual([['denied', 'FORBIDDEN'], ['success', null]]);
    }
  });
});
