import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDeedlog, userActor } from '@deedlog/core';
import type { Deedlog, DeedlogOptions } from '@deedlog/core';
import { useAudit } from '@deedlog/envelop';
import { requestContext } from '@deedlog/http';
import { auditMiddleware } from '@deedlog/trpc';
import { initTRPC } from '@trpc/server';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import type { GraphQLSchema } from 'graphql';
import { createSchema, createYoga } from 'graphql-yoga';
import { z } from 'zod';

export interface HostContext {
  readonly request: IncomingMessage;
  readonly userId: string | undefined;
}

export interface TwoApiServer extends AsyncDisposable {
  readonly url: string;
  readonly deedlog: Deedlog<HostContext>;
}

const fromRequest = requestContext({ trustProxy: 'loopback' });

function hostContext(request: IncomingMessage): HostContext {
  const header = request.headers['x-user'];
  return { request, userId: typeof header === 'string' ? header : undefined };
}

/** A tRPC router and a Yoga schema behind one HTTP server, audited; each call waits a little, so that requests interleave. */
export async function twoApiServer(options: Pick<DeedlogOptions<HostContext>, 'store' | 'onProblem' | 'sinks'>): Promise<TwoApiServer> {
  const deedlog = createDeedlog<HostContext>({
    ...options,
    actor: ({ userId }) => (userId === undefined ? undefined : userActor(userId)),
    context: ({ request }) => fromRequest(request),
  });
  const trpc = createHTTPHandler({ router: createRouter(deedlog), createContext: ({ req }) => hostContext(req), basePath: '/trpc/' });
  const yoga = createYoga<{ req: IncomingMessage }, HostContext>({
    schema: createGraphql(deedlog) as GraphQLSchema,
    context: ({ req }) => hostContext(req),
    plugins: [useAudit(deedlog, { fields: { note: { action: 'note.write', input: ['mark', 'payload'] } } }) as never],
    logging: false,
  });
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/trpc/') === true) trpc(request, response);
    else void yoga(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, deedlog, [Symbol.asyncDispose]: () => stop(server, deedlog) };
}

export type NoteRouter = ReturnType<typeof createRouter>;

function createRouter(deedlog: Deedlog<HostContext>) {
  const t = initTRPC.context<HostContext>().create();
  const audited = t.procedure.concat(auditMiddleware(deedlog, { action: 'note.write', input: ['mark', 'payload'] }));
  return t.router({
    note: audited.input(z.object({ mark: z.string(), payload: z.unknown().optional() })).mutation(async ({ input, ctx }) => {
      await waitABit(input.mark);
      ctx.audit.metadata({ trace: input.mark });
      await waitABit(input.mark);
      return input.mark;
    }),
  });
}

function createGraphql(deedlog: Deedlog<HostContext>) {
  return createSchema<HostContext>({
    typeDefs: /* GraphQL */ `
      scalar Any
      type Query { up: Boolean! }
      type Mutation { note(mark: String!, payload: Any): String! }
    `,
    resolvers: {
      Mutation: {
        note: async (_root: unknown, { mark }: { mark: string }) => {
          await waitABit(mark);
          deedlog.audit.metadata({ trace: mark });
          await waitABit(mark);
          return mark;
        },
      },
    },
  });
}

/** Different calls wait in different ways: the async context must follow timers, immediates and plain promises. */
async function waitABit(mark: string): Promise<void> {
  switch (mark.length % 3) {
    case 0:
      return sleep(mark.length % 7);
    case 1:
      return new Promise((resolve) => setImmediate(resolve));
    default:
      return Promise.resolve();
  }
}

async function stop(server: Server, deedlog: Deedlog<HostContext>): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await deedlog.close();
}
