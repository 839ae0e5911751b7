import { memoryReader, memoryStore } from '@deedlog/core';
import type { Activity, ModelSettings, ReadPolicy } from '@deedlog/core';
import { auditLogField, auditReadSchema } from '@deedlog/envelop';
import { insertActivities, postgresReader } from '@deedlog/postgres';
import type { PostgresLike } from '@deedlog/postgres';
import { createSchema } from 'graphql-yoga';
import { ClientError, gql, GraphQLClient } from 'graphql-request';
import { describe, expect, test } from 'vitest';
import { invoices } from '../reader/support/log.ts';
import { testDatabase } from '../support/database.ts';
import type { Host } from './support/audit.ts';
import { startYoga } from './support/yoga.ts';

const policies: Readonly<Record<string, ReadPolicy>> = {
  auditor: { tenants: 'all', models: 'all' },
  acme: { tenants: ['acme'], models: 'all', hide: { '*': ['actor'] } },
};
const authorize = ({ user }: Host): ReadPolicy | undefined => policies[user?.id ?? ''];

interface Page {
  readonly edges: { cursor: string | null; node: { id: string } }[];
  readonly nodes: Record<string, unknown>[];
  readonly pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  readonly totalCount: number;
  readonly totalCountExact: boolean;
}

interface Tail {
  readonly nodes: { readonly id: string }[];
  readonly cursor: string;
  readonly more: boolean;
}

interface Server extends AsyncDisposable {
  ask<Data = Record<string, Page>>(query: string, variables?: object, user?: string | null): Promise<Data>;
}

async function served(reader: Parameters<typeof auditReadSchema<Host>>[0]['reader']): Promise<Server> {
  const read = auditReadSchema<Host>({ reader, authorize, auditLog: { Invoice: {}, Client: { type: 'Invoice', id: ({ number }: { number: number }) => number } } });
  const list = (): object[] => Array.from({ length: 10 }, (_, n) => ({ id: String(n), number: n }));
  const schema = createSchema<Host>({
    typeDefs: [read.typeDefs, 'type Query { invoices: [Invoice!]! clients: [Client!]! } type Invoice { id: ID! } type Client { number: Int! }'],
    resolvers: [read.resolvers, { Query: { invoices: list, clients: list } }] as never,
  });
  const yoga = await startYoga({ schema, plugins: [] });
  return {
    ask: (query, variables = {}, user = 'auditor') => new GraphQLClient(yoga.url).request(query, variables, user === null ? {} : { 'x-user': user }),
    [Symbol.asyncDispose]: () => yoga[Symbol.asyncDispose](),
  };
}

const activities = invoices(120);
const newest = activities.toReversed().map(({ id }) => id);

async function memory(): Promise<Server> {
  const store = memoryStore();
  await store.write(activities);
  return served(memoryReader(store));
}

async function codesOf(promise: Promise<unknown>): Promise<unknown[]> {
  const error: unknown = await promise.then(() => undefined, (thrown: unknown) => thrown);
  return error instanceof ClientError ? (error.response.errors ?? []).map(({ extensions }) => extensions['code']) : ['answered'];
}

const ALL = gql`
  query ($filter: ActivityFilter, $first: Int, $after: String, $before: String) {
    activities(filter: $filter, first: $first, after: $after, before: $before) {
      edges { cursor node { id } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount totalCountExact
    }
  }
`;

test('a connection: forward, and back', async () => {
  await using server = await memory();
  const { activities: first } = await server.ask(ALL, { first: 50 });
  expect(first?.nodes.map(({ id }) => id)).toEqual(newest.slice(0, 50));
  expect([first?.totalCount, first?.totalCountExact, first?.pageInfo.hasNextPage, first?.pageInfo.hasPreviousPage]).toEqual([120, true, true, false]);
  expect(first?.edges.at(-1)?.cursor).toBe(first?.pageInfo.endCursor);
  const { activities: second } = await server.ask(ALL, { first: 100, after: first?.pageInfo.endCursor });
  expect(second?.edges.map(({ node }) => node.id)).toEqual(newest.slice(50));
  expect([second?.pageInfo.hasNextPage, second?.pageInfo.endCursor, second?.totalCount]).toEqual([false, null, 120]);
  const { activities: back } = await server.ask(ALL, { first: 100, before: second?.pageInfo.startCursor });
  expect(back?.nodes.map(({ id }) => id)).toEqual(newest.slice(0, 50));
  const filter = { actorId: 'ada', actorKind: 'user', action: 'invoice.*', outcome: 'success', targetType: 'Invoice', targetId: '3', from: '2026-11-01', until: '2026-11-02T00:00:00Z', tool: null };
  expect((await server.ask(ALL, { filter })).activities?.totalCount).toBe(4);
});

test('one activity whole, an object, a person, a chart', async () => {
  await using server = await memory();
  const query = gql`
    query ($id: ID!) {
      activity(id: $id) {
        id timestamp recordedAt actor { kind id label } onBehalfOf { kind via } action outcome outcomeCode message objectType objectId objectLabel related { role type id label }
        tool reason input context metadata observer source tenant correlationId causationId model columns changes { field old new treatment } effects { id at table op key changes } effectsCut unexplained
      }
      none: activity(id: "00000000-0000-4000-8000-000000000000") { id }
      objectHistory(type: "Invoice", id: "7") { totalCount }
      accessLog(id: "7") { totalCount }
      activityChart(filter: { from: "2026-11-01", until: "2026-11-02" }, buckets: 1) { buckets { success } complete }
    }
  `;
  expect(await server.ask<object>(query, { id: activities[7]?.id })).toMatchObject({
    activity: { action: 'invoice.approve', objectId: '7', actor: { kind: 'user', id: 'bob' }, context: { requestId: 'req-7' }, metadata: {}, effects: [] },
    none: null,
    objectHistory: { totalCount: 12 },
    accessLog: { totalCount: 0 },
    activityChart: { buckets: [{ success: 120 }], complete: true },
  });
});

test('the tail, asked again and again, gives out what is new, once; filtered too', async () => {
  const store = memoryStore();
  await using server = await served(memoryReader(store));
  const ask = async (after?: string | null, filter?: object): Promise<Tail> =>
    (await server.ask<{ activityTail: Tail }>(gql`query ($after: String, $filter: ActivityFilter) { activityTail(after: $after, filter: $filter) { nodes { id } cursor more } }`, { after, filter })).activityTail;
  const [old, one, two] = invoices(3);
  await store.write([old as Activity]);
  const start = await ask(null);
  expect([start.nodes, start.more]).toEqual([[], false]);
  await store.write([one as Activity, two as Activity]);
  const next = await ask(start.cursor);
  expect(next.nodes).toEqual([{ id: one?.id }, { id: two?.id }]);
  expect((await ask(next.cursor)).nodes).toEqual([]);
  const own = await server.ask<{ activityTail: { nodes: object[] } }>(gql`query ($after: String) { activityTail(after: $after) { nodes { id actor { id } } } }`, { after: start.cursor }, 'acme');
  expect(own.activityTail.nodes).toEqual([{ id: two?.id, actor: null }]);
  expect((await ask(start.cursor, { targetType: 'Invoice', targetId: '2', from: '2026-11-01' })).nodes).toEqual([{ id: two?.id }]);
});

test('models with their columns, and findings', async () => {
  const finding = { kind: 'broken-continuity', table: 'public.invoice', key: '7', field: 'status', at: '2026-11-01T00:00:00.000Z', databaseUser: 'app', transaction: '41', activityId: null, detail: 'old is not the new before' };
  const columns = { team: { column: 'team', type: 'text', nullable: false, indexed: false, items: ['ops', 'lab'] }, score: { column: 'score', type: 'integer', nullable: true, indexed: false } } as const;
  const models: ModelSettings = { quality: { deedlogModel: { table: 'quality', columns } } };
  await using server = await served(memoryReader(memoryStore(), { models, findings: () => Promise.resolve([finding]) }));
  const { activityModels, activityFindings } = await server.ask<Record<string, object[]>>(gql`{
    activityModels { name default columns { name type items } hidden }
    activityFindings { kind table key field at databaseUser transaction activityId detail }
  }`);
  expect(activityModels).toEqual([
    { name: 'default', default: true, columns: [], hidden: [] },
    { name: 'quality', default: false, columns: [{ name: 'team', type: 'text', items: ['ops', 'lab'] }, { name: 'score', type: 'integer', items: null }], hidden: [] },
  ]);
  expect(activityFindings).toEqual([finding]);
});

describe('auditLog', () => {
  const LOGS = gql`{ invoices { id auditLog(first: 3) { nodes { objectId action } totalCount pageInfo { hasNextPage endCursor } } } clients { number auditLog(first: 1) { nodes { objectId } } } }`;

  test('of every object in a list, by type and id of its own', async () => {
    await using server = await memory();
    const { invoices: list, clients } = await server.ask<{ invoices: { id: string; auditLog: Page }[]; clients: { number: number; auditLog: Page }[] }>(LOGS);
    expect(list.map(({ id, auditLog }) => [id, auditLog.nodes.map(({ objectId }) => objectId), auditLog.totalCount, auditLog.pageInfo.hasNextPage])).toEqual(
      Array.from({ length: 10 }, (_, n) => [String(n), [String(n), String(n), String(n)], 12, true]),
    );
    expect(clients.map(({ auditLog }) => auditLog.nodes)).toEqual(Array.from({ length: 10 }, (_, n) => [{ objectId: String(n) }]));
    const more = await server.ask<{ invoices: { auditLog: Page }[] }>(gql`query ($after: String) { invoices { auditLog(first: 3, after: $after) { nodes { objectId } } } }`, { after: list[4]?.auditLog.pageInfo.endCursor });
    expect(more.invoices[4]?.auditLog.nodes).toHaveLength(3);
  });

  test('a list of objects costs as many statements as one object', async () => {
    await using database = await testDatabase();
    await insertActivities(database.client, activities);
    let statements = 0;
    const counting: PostgresLike = {
      query: (sql: string, values?: unknown[]) => {
        statements++;
        return database.client.query(sql, values);
      },
    } as PostgresLike;
    await using server = await served(postgresReader(counting));
    const one = gql`{ invoices { auditLog(first: 3) { nodes { id objectId } totalCount } } }`;
    for (const user of ['auditor', 'acme']) {
      statements = 0;
      const { invoices: list } = await server.ask<{ invoices: { auditLog: Page }[] }>(one, {}, user);
      expect(list.map(({ auditLog }) => auditLog.nodes.map(({ objectId }) => objectId))).toEqual(
        Array.from({ length: 10 }, (_, n) => (user === 'acme' && n % 2 === 1 ? [] : [String(n), String(n), String(n)])),
      );
      expect(list[2]?.auditLog.totalCount).toBe(12);
      // Of the logs and of their counts.
      expect(statements).toBeLessThanOrEqual(9);
    }
  });

  test('for a schema that is not made of SDL: the resolver alone', async () => {
    const store = memoryStore();
    await store.write(activities);
    const resolve = auditLogField<Host>('Invoice', { reader: memoryReader(store), authorize });
    expect((await resolve({ id: 7 }, { first: 2 }, { user: { id: 'auditor' } } as Host)).nodes).toHaveLength(2);
    await expect(resolve({ id: 7 }, {}, {} as Host)).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
  });
});

const FIELDS = ['activities { totalCount }', `activity(id: "${activities[2]?.id}") { id }`, 'objectHistory(type: "Invoice", id: "2") { nodes { id } }', 'accessLog(id: "7") { nodes { id } }', 'activityChart { from }', 'activityTail { cursor }', 'activityModels { name }', 'activityFindings { kind }', 'invoices { auditLog { nodes { id } } }'];

test('no field is without a test of its refusal', () => {
  const { resolvers } = auditReadSchema<Host>({ reader: memoryReader(memoryStore()), authorize });
  expect(FIELDS.map((field) => /^\w+/.exec(field)?.[0]).toSorted()).toEqual([...Object.keys(resolvers['Query'] ?? {}), 'invoices'].toSorted());
});

describe('refusals', () => {
  test.for(FIELDS)('%s: FORBIDDEN for nobody and for a stranger', async (field) => {
    await using server = await memory();
    for (const user of [null, 'stranger']) expect(new Set(await codesOf(server.ask(`{ ${field} }`, {}, user)))).toEqual(new Set(['FORBIDDEN']));
    expect(await codesOf(server.ask(`{ ${field} }`))).toEqual(['answered']);
  });

  test('another tenant, and hidden fields', async () => {
    await using server = await memory();
    const { activities: own } = await server.ask(`{ activities { totalCount nodes { tenant actor { id } } } }`, {}, 'acme');
    expect([own?.totalCount, new Set(own?.nodes.map(({ tenant, actor }) => JSON.stringify([tenant, actor])))]).toEqual([60, new Set(['["acme",null]'])]);
    const { invoices: list } = await server.ask<{ invoices: { auditLog: Page }[] }>('{ invoices { auditLog { totalCount nodes { tenant } } } }', {}, 'acme');
    expect(list.map(({ auditLog }) => [auditLog.totalCount, auditLog.nodes.length])).toEqual(Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? [12, 12] : [0, 0])));
    for (const filter of [{ tenant: 'other' }, { actorId: 'ada' }, { unexplained: true }, { model: 'secret' }]) expect(await codesOf(server.ask(ALL, { filter }, 'acme'))).toEqual(['FORBIDDEN']);
    for (const field of ['activityFindings { kind }', 'activityTail(filter: { tenant: "other" }) { cursor }', 'activityTail(filter: { actorId: "ada" }) { cursor }']) expect(await codesOf(server.ask(`{ ${field} }`, {}, 'acme'))).toEqual(['FORBIDDEN']);
    expect(await server.ask<object>(`{ activity(id: "${activities[1]?.id}") { id } }`, {}, 'acme')).toEqual({ activity: null });
  });

  test.for([
    { first: 0 }, { first: 501 }, { first: -1 }, { after: '!' }, { before: 'x' }, { after: 'a', before: 'b' }, { filter: { from: 'yesterday' } }, { filter: { until: '2026-02-30' } },
    { filter: { targetId: '7' } }, { filter: { action: '*' } }, { filter: { observer: 'me' } }, { filter: { columns: { x: 1 } } }, { filter: { columns: 7 } }, { filter: { text: 'x'.repeat(201) } },
  ])('%j is BAD_USER_INPUT', async (variables) => {
    await using server = await memory();
    expect(await codesOf(server.ask(ALL, variables))).toEqual(['BAD_USER_INPUT']);
  });

  test('a page of an object is bounded', async () => {
    await using server = await memory();
    for (const first of [0, 101]) expect(new Set(await codesOf(server.ask(`{ invoices { auditLog(first: ${first}) { nodes { id } } } }`)))).toEqual(new Set(['BAD_USER_INPUT']));
  });

  test('nothing starts without a reader and an authorize; what the database says stays inside', async () => {
    expect(() => auditReadSchema({ authorize } as never)).toThrow(expect.objectContaining({ code: 'ENVELOP_READ_OPTIONS_MISSING' }));
    expect(() => auditLogField('Invoice', { reader: memoryReader(memoryStore()) } as never)).toThrow(expect.objectContaining({ code: 'ENVELOP_READ_OPTIONS_MISSING' }));
    await using server = await served({ as: () => ({ list: () => Promise.reject(new Error('relation deedlog.activity is secret')) }) } as never);
    const error: unknown = await server.ask(ALL).then(() => undefined, (thrown: unknown) => thrown);
    expect(JSON.stringify((error as ClientError).response)).not.toContain('secret');
  });
});
