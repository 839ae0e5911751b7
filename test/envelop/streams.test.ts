import { useAudit } from '@deedlog/envelop';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { envelop, useEngine, useSchema } from '@envelop/core';
import * as graphql from 'graphql';
import { GraphQLDeferDirective, GraphQLError, GraphQLStreamDirective } from 'graphql';
import { normalizedExecutor } from '@graphql-tools/executor';
import { expect, test } from 'vitest';
import { record } from './support/audit.ts';
import type { Recorded } from './support/audit.ts';
import { describeOnGraphql } from './support/version.ts';

const host = { user: { id: 'ada' }, requestId: 'r-5' };

function streamSchema({ deedlog }: Recorded): graphql.GraphQLSchema {
  return makeExecutableSchema({
    typeDefs: `
      directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
      directive @stream(if: Boolean! = true, label: String, initialCount: Int = 0) on FIELD
      type Query { a: Int }
      type Mutation { approve(id: ID!): Invoice many: [Int!] }
      type Subscription { ticks(to: Int!): Int marked(to: Int!): Int refused: Int }
      type Invoice { id: ID! slow: String next: Invoice }
    `,
    resolvers: {
      Mutation: {
        approve: (_: unknown, { id }: { id: string }) => ({ id }),
        async *many() {
          for (const one of [1, 2, 3]) {
            await deedlog.trackActivity({ action: 'item.view' });
            yield one;
          }
        },
      },
      Invoice: {
        next: ({ id }: { id: string }) => ({ id }),
        slow: async () => {
          await new Promise((resolve) => setTimeout(resolve, 5));
          await deedlog.trackActivity({ action: 'invoice.view' });
          return 'slow';
        },
      },
      Subscription: {
        ticks: ticking('ticks'),
        marked: ticking('marked'),
        refused: { subscribe: () => Promise.reject(new GraphQLError('no', { extensions: { code: 'FORBIDDEN' } })) },
      },
    },
  });
}

function ticking(name: string): object {
  return {
    async *subscribe(_: unknown, { to }: { to: number }) {
      for (let tick = 1; tick <= to; tick++) yield { [name]: tick };
    },
  };
}

type Part = Record<string, unknown>;
interface Incremental {
  readonly initialResult?: Part;
  readonly subsequentResults?: AsyncIterable<Part>;
}

/** Executes and pulls every part, the later ones from outside of any scope. */
async function askParts(one: Recorded, execute: unknown, query: string): Promise<Part[]> {
  const { parse, validate, subscribe } = graphql;
  const engine = useEngine({ parse, validate, execute: execute as typeof graphql.execute, subscribe });
  const proxy = envelop({ plugins: [engine, useSchema(streamSchema(one)), useAudit(one.deedlog)] })({ ...host });
  const result: unknown = await proxy.execute({ schema: proxy.schema, document: parse(query), contextValue: await proxy.contextFactory() });
  const { initialResult, subsequentResults } = result as Incremental;
  const parts: Part[] = initialResult === undefined ? [] : [initialResult];
  for await (const part of subsequentResults ?? (Symbol.asyncIterator in (result as object) ? (result as AsyncIterable<Part>) : [result as Part])) parts.push(part);
  return parts;
}

// Only graphql 17 has an incremental executor of its own; that of graphql-tools works with both.
const ofGraphql = (graphql as { experimentalExecuteIncrementally?: unknown }).experimentalExecuteIncrementally;
const executors: [string, unknown][] = [['graphql-tools', normalizedExecutor], ...(ofGraphql === undefined ? [] : [['graphql', ofGraphql] as [string, unknown]])];

describeOnGraphql('answers in parts', () => {
  test('graphql 17 is tried with its own executor', () => {
    expect(executors).toHaveLength(process.env['GRAPHQL_MAJOR'] === '17' ? 2 : 1);
    // The directives are those of graphql itself where it has them.
    expect([GraphQLDeferDirective, GraphQLStreamDirective].every((directive) => directive !== undefined)).toBe(process.env['GRAPHQL_MAJOR'] === '17');
  });

  test.each(executors)('@defer (%s): the act is recorded once, the deferred resolver runs in the scope of the operation', async (_, execute) => {
    const one = record();
    const parts = await askParts(one, execute, 'mutation { approve(id: "1") { id ... @defer { slow } } }');
    expect(parts.length).toBeGreaterThan(1);
    expect(JSON.stringify(parts)).toContain('"slow":"slow"');
    expect(one.store.activities.map(({ action, actorId, correlationId }) => [action, actorId, correlationId])).toEqual([
      ['mutation.approve', 'ada', 'r-5'],
      ['invoice.view', 'ada', 'r-5'],
    ]);
  });

  test.each(executors)('@defer inside @defer (%s): a part that starts when it is pulled runs in the scope, too', async (_, execute) => {
    const one = record();
    const parts = await askParts(one, execute, 'mutation { approve(id: "1") { ... @defer { slow next { ... @defer { slow next { ... @defer { slow } } } } } } }');
    expect(JSON.stringify(parts).match(/"slow":"slow"/g)).toHaveLength(3);
    expect(one.store.activities.map(({ action, actorId, correlationId }) => [action, actorId, correlationId])).toEqual([
      ['mutation.approve', 'ada', 'r-5'],
      ...Array.from({ length: 3 }, () => ['invoice.view', 'ada', 'r-5']),
    ]);
  });

  test.each(executors)('@stream (%s): the act is over when its iterator is there; the iterator runs in the scope of the operation', async (_, execute) => {
    const one = record();
    const parts = await askParts(one, execute, 'mutation { many @stream(initialCount: 1) }');
    expect(parts.length).toBeGreaterThan(1);
    expect(one.store.activities.map(({ action }) => action)).toEqual(['mutation.many', 'item.view', 'item.view', 'item.view']);
    expect(one.store.activities.every(({ actorId, correlationId }) => actorId === 'ada' && correlationId === 'r-5')).toBe(true);
  });

  test.each(executors)('an argument refused beside a deferred part (%s)', async (_, execute) => {
    const one = record();
    const { parse, validate, subscribe } = graphql;
    const engine = useEngine({ parse, validate, execute: execute as typeof graphql.execute, subscribe });
    const proxy = envelop({ plugins: [engine, useSchema(streamSchema(one)), useAudit(one.deedlog)] })({ ...host });
    const document = parse('mutation ($id: ID = "1") { a: approve(id: "1") { ... @defer { slow } } b: approve(id: $id) { id } }');
    const result: unknown = await proxy.execute({ schema: proxy.schema, document, contextValue: await proxy.contextFactory(), variableValues: { id: null } });
    const rest = Symbol.asyncIterator in (result as object) ? (result as AsyncIterable<Part>) : ((result as Incremental).subsequentResults as AsyncIterable<Part>);
    for await (const part of rest) expect(part).toBeDefined();
    expect(one.store.activities.map(({ action, outcomeCode }) => [action, outcomeCode]).toSorted()).toEqual([['invoice.view', null], ['mutation.approve', null], ['mutation.approve', 'BAD_USER_INPUT']]);
  });

  test('a reader that goes away early ends the source', async () => {
    const one = record();
    const { parse, validate, subscribe } = graphql;
    const engine = useEngine({ parse, validate, execute: normalizedExecutor as typeof graphql.execute, subscribe });
    const proxy = envelop({ plugins: [engine, useSchema(streamSchema(one)), useAudit(one.deedlog)] })({ ...host });
    const result: unknown = await proxy.execute({ schema: proxy.schema, document: parse('mutation { many @stream }'), contextValue: await proxy.contextFactory() });
    const iterator = (result as AsyncIterable<Part>)[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.return?.();
    expect(await iterator.next()).toMatchObject({ done: true });
    expect(one.store.activities[0]?.action).toBe('mutation.many');
  });
});

describeOnGraphql('subscriptions', () => {
  const fields = { 'Subscription.marked': { action: 'ticks.view', input: ['to'] }, 'Subscription.refused': {} };

  async function subscribe(one: Recorded, query: string): Promise<unknown[]> {
    const engine = useEngine({ parse: graphql.parse, validate: graphql.validate, execute: graphql.execute, subscribe: graphql.subscribe });
    const proxy = envelop({ plugins: [engine, useSchema(streamSchema(one)), useAudit(one.deedlog, { fields })] })({ ...host });
    const result: unknown = await proxy.subscribe({ schema: proxy.schema, document: graphql.parse(query), contextValue: await proxy.contextFactory() });
    if (!(Symbol.asyncIterator in (result as object))) return [result];
    const values: unknown[] = [];
    for await (const value of result as AsyncIterable<unknown>) values.push(value);
    return values;
  }

  test('leave nothing unless marked; then one activity for the subscription, none for its values', async () => {
    const one = record();
    expect(await subscribe(one, 'subscription { ticks(to: 3) }')).toHaveLength(3);
    expect(one.store.activities).toEqual([]);
    expect(await subscribe(one, 'subscription { marked(to: 3) }')).toEqual([1, 2, 3].map((marked) => ({ data: { marked } })));
    expect(one.store.activities.map(({ action, outcome, input, actorId }) => [action, outcome, input, actorId])).toEqual([['ticks.view', 'success', { to: 3 }, 'ada']]);
  });

  test('refused: denied', async () => {
    const one = record();
    await subscribe(one, 'subscription { refused }');
    expect(one.store.activities.map(({ action, outcome }) => [action, outcome])).toEqual([['subscription.refused', 'denied']]);
  });
});
