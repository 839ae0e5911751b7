import { createDeedlog, defineActions, memoryStore, userActor } from '@deedlog/core';
import type { Activity, Deedlog, DeedlogError, MemoryStore } from '@deedlog/core';
import { createTRPCClient, httpBatchLink, httpBatchStreamLink, httpLink, httpSubscriptionLink, isNonJsonSerializable, splitLink } from '@trpc/client';
import type { TRPCClient, TRPCLink } from '@trpc/client';
import { initTRPC } from '@trpc/server';
import type { AnyTRPCRouter } from '@trpc/server';
import { createHTTPServer } from '@trpc/server/adapters/standalone';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { AuditMeta } from '@deedlog/trpc';

/** The context of the tests' application. */
export interface AppContext {
  readonly userId?: string | undefined;
  readonly requestId?: string | undefined;
}

export const actions = defineActions({
  'invoice.approve': { reason: 'optional', message: 'Invoice {target.id} approved' },
  'patient.view': {},
  'patient.update': {},
});

export type Log = Deedlog<AppContext, typeof actions>;

export interface Bench {
  readonly deedlog: Log;
  readonly store: MemoryStore;
  readonly problems: DeedlogError[];
  /** The only activity; fails where there is not exactly one. */
  only(): Activity;
}

export function bench(options: { enabled?: boolean } = {}): Bench {
  const store = memoryStore();
  const problems: DeedlogError[] = [];
  const deedlog = createDeedlog<AppContext, typeof actions>({
    store,
    actions,
    actor: ({ userId }) => (userId === undefined ? undefined : userActor(userId)),
    context: ({ requestId }) => ({ requestId }),
    onProblem: (problem) => problems.push(problem as DeedlogError),
    ...options,
  });
  const only = (): Activity => {
    const [activity, ...others] = store.activities;
    if (activity === undefined || others.length > 0) throw new Error(`expected one activity, got ${store.activities.length}`);
    return activity;
  };
  return { deedlog, store, problems, only };
}

export const t = initTRPC.context<AppContext>().meta<AuditMeta<Log>>().create();

export interface Served<Router extends AnyTRPCRouter> extends AsyncDisposable {
  /** One call, one request. */
  readonly single: TRPCClient<Router>;
  readonly batch: TRPCClient<Router>;
  /** Batched and streamed; subscriptions over SSE. */
  readonly stream: TRPCClient<Router>;
  readonly url: string;
}

/** The router on a real server; header `x-user` signs in. */
export async function serve<Router extends AnyTRPCRouter>(router: Router): Promise<Served<Router>> {
  const server = createHTTPServer({
    router,
    createContext: ({ req }): AppContext => ({ userId: header(req.headers['x-user']), requestId: header(req.headers['x-request-id']) }),
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings = { url, headers: { 'x-user': '7', 'x-request-id': 'req-1' } } as const;
  const client = (link: unknown): TRPCClient<Router> => createTRPCClient<Router>({ links: [link as TRPCLink<Router>] });
  const streaming = splitLink({
    condition: (op) => op.type === 'subscription',
    true: httpSubscriptionLink({ url } as never),
    false: splitLink({ condition: (op) => isNonJsonSerializable(op.input), true: httpLink(settings as never), false: httpBatchStreamLink(settings as never) }),
  });
  return {
    single: client(httpLink(settings as never)),
    batch: client(httpBatchLink(settings as never)),
    stream: client(streaming),
    url,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** Resolves once `condition` holds; fails where it does not within the limit. For what the server does after the client has left. */
export async function eventually(condition: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('the condition did not come true');
}
