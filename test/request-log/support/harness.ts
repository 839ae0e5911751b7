import { createDeedlog, memoryStore, userActor } from '@deedlog/core';
import type { Deedlog, DeedlogError, MemoryStore, RequestRecord } from '@deedlog/core';
import { requestContext, requestLog } from '@deedlog/http';
import type { FromRequest, RequestLog, RequestLogOptions } from '@deedlog/http';
import { expect } from 'vitest';

/** What the tests' actor resolver gets. */
export interface Host {
  readonly user: string | undefined;
}

export interface Harness {
  readonly log: RequestLog;
  readonly context: FromRequest;
  readonly deedlog: Deedlog<Host>;
  readonly store: MemoryStore;
  readonly records: RequestRecord[];
  readonly problems: DeedlogError[];
  /** The first `count` records, once they are there. */
  recorded(count: number): Promise<readonly RequestRecord[]>;
  /** The only record, once it is there. */
  only(): Promise<RequestRecord>;
}

export const MAX_BYTES = 300;

/** A request log with everything that it needs, and a sink that keeps what it gets. */
export function harness(options: Partial<RequestLogOptions> = {}): Harness {
  const store = memoryStore();
  const [records, problems]: [RequestRecord[], DeedlogError[]] = [[], []];
  const context = requestContext({ requestIdFrom: 'client' });
  const deedlog = createDeedlog<Host>({ store, actor: ({ user }) => (user === undefined ? undefined : userActor(user)) });
  const log = requestLog({
    sink: { name: 'kept', writeRequests: (more) => void records.push(...more) },
    deedlog,
    serviceName: 'orders',
    context,
    query: ['page', 'token'],
    body: { request: ['title', 'customer.name', 'password'], response: ['id', 'title', 'token'], maxBytes: MAX_BYTES },
    onProblem: (problem) => problems.push(problem),
    ...options,
  });
  const recorded = async (count: number): Promise<readonly RequestRecord[]> => {
    await expect.poll(() => records.length).toBeGreaterThanOrEqual(count);
    return records;
  };
  return {
    log,
    context,
    deedlog,
    store,
    records,
    problems,
    recorded,
    only: async () => {
      const [record, ...more] = await recorded(1);
      expect(more).toEqual([]);
      return record!;
    },
  };
}

/** One order is viewed by whoever the request says; answers the correlation id that the activity has. */
export async function viewOrder(deedlog: Deedlog<Host>, user: string | undefined): Promise<string | undefined> {
  // An inner scope, as the adapters of tRPC and GraphQL open it: only there it is known who acts.
  await deedlog.run({ host: { user } }, () => deedlog.trackActivity({ action: 'order.view', target: { type: 'Order', id: 7 } }));
  return deedlog.currentFlow()?.correlationId;
}
