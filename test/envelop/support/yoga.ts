import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GraphQLSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';
import type { YogaInitialContext, YogaServerOptions } from 'graphql-yoga';
import type { Host } from './audit.ts';

export interface YogaOptions {
  readonly schema: GraphQLSchema | ((context: object) => GraphQLSchema);
  readonly plugins: NonNullable<YogaServerOptions<object, object>['plugins']>;
  readonly context?: ((initial: YogaInitialContext) => object) | undefined;
  readonly batching?: boolean;
}

export interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly path?: readonly unknown[]; readonly extensions?: Record<string, unknown> }[];
}

export interface YogaServer extends AsyncDisposable {
  readonly url: string;
  /** Posts one request over HTTP, as this user. */
  ask(query: string, options?: { variables?: object; user?: string; requestId?: string }): Promise<Answer>;
  post(body: unknown, headers?: Record<string, string>): Promise<Response>;
}

/** Who is asking stands in two headers, as a gateway would put it. */
export function hostOf({ request }: YogaInitialContext): Host {
  const id = request.headers.get('x-user');
  return { user: id === null ? undefined : { id }, requestId: request.headers.get('x-request-id') ?? undefined };
}

/** Yoga behind a real HTTP server on a free port, with error masking as it is by default. */
export async function startYoga({ schema, plugins, context = hostOf, batching = false }: YogaOptions): Promise<YogaServer> {
  const yoga = createYoga({ schema: schema as GraphQLSchema, context, plugins, batching, logging: false, graphiql: false });
  const server = createServer((request, response) => void yoga(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
  return {
    url,
    post,
    async ask(query, { variables, user, requestId } = {}) {
      const headers = { ...(user === undefined ? {} : { 'x-user': user }), ...(requestId === undefined ? {} : { 'x-request-id': requestId }) };
      return (await (await post({ query, variables }, headers)).json()) as Answer;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
