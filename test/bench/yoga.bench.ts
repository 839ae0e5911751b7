import { createDeedlog, userActor } from '@deedlog/core';
import type { Deedlog } from '@deedlog/core';
import { useAudit } from '@deedlog/envelop';
import type { GraphQLSchema } from 'graphql';
import { createSchema, createYoga } from 'graphql-yoga';
import { ringStore } from './ring-store.ts';
import { compare } from './compare.ts';
import type { Ratio } from './compare.ts';

interface Context {
  readonly user: { readonly id: string };
}

const schema = createSchema<Context>({
  typeDefs: /* GraphQL */ `
    type Patient { id: ID! name: String! }
    type Query { patients: [Patient!]! }
    type Mutation { rename(id: ID!, name: String!): Patient! }
  `,
  resolvers: {
    Query: { patients: () => Array.from({ length: 50 }, (_, index) => ({ id: String(index), name: `Patient ${index}` })) },
    Mutation: { rename: (_root: unknown, { id, name }: { id: string; name: string }) => Promise.resolve({ id, name }) },
  },
});

type Fetch = (body: string) => Promise<string>;

function yogaServer(deedlog?: Deedlog<Context>): Fetch {
  const plugins = deedlog === undefined ? [] : [useAudit(deedlog, { fields: { rename: { action: 'patient.rename', input: ['id', 'name'] } } })];
  const yoga = createYoga({ schema: schema as GraphQLSchema, context: (): Context => ({ user: { id: '7' } }), plugins, logging: false });
  return async (body) => {
    const response = await yoga.fetch('http://127.0.0.1/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    return response.text();
  };
}

/** Whole requests through Yoga's fetch handler: with the plugin, against Yoga without it. */
export async function yogaBench(): Promise<readonly Ratio[]> {
  const deedlog = createDeedlog({ actor: (context: Context) => userActor(context.user.id), store: ringStore() });
  const bare = yogaServer();
  const audited = yogaServer(deedlog);
  const mutation = JSON.stringify({ query: 'mutation { rename(id: "1", name: "Ada") { id name } }' });
  const query = JSON.stringify({ query: '{ patients { id name } }' });
  const ratios = [
    ...(await compare({ title: 'Yoga mutation', base: () => bare(mutation), baseName: 'bare', contenders: [{ name: 'audited', run: () => audited(mutation), target: 1.05 }] })),
    ...(await compare({ title: 'Yoga query, 50 objects', base: () => bare(query), baseName: 'bare', contenders: [{ name: 'with the plugin', run: () => audited(query), target: 1.01 }] })),
  ];
  await deedlog.close();
  return ratios;
}
