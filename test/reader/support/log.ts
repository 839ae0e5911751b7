import { memoryReader, memoryStore } from '@deedlog/core';
import type { Activity, Reader } from '@deedlog/core';
import type { ReadDecision } from '@deedlog/http';
import { nth } from '../../contract/reader.ts';

/** Reads what is in these activities. */
export async function readerOf(activities: readonly Activity[]): Promise<Reader> {
  const store = memoryStore();
  await store.write(activities);
  return memoryReader(store);
}

/** `count` activities of ten invoices, a minute apart, alternately of the tenants acme and other. */
export function invoices(count: number): Activity[] {
  return Array.from({ length: count }, (_, n) =>
    nth(n, {
      action: 'invoice.approve', targetType: 'Invoice', targetId: String(n % 10), tenant: n % 2 === 0 ? 'acme' : 'other',
      actorKind: 'user', actorId: n % 3 === 0 ? 'ada' : 'bob', actorLabel: 'Somebody', context: { requestId: `req-${n}` },
    }),
  );
}

/** Who reads, by the header `x-user`: an auditor of everything, one of a tenant, somebody who may not, or nobody. */
export function decide(request: Request): ReadDecision {
  const user = request.headers.get('x-user');
  if (user === 'auditor') return { tenants: 'all', models: 'all' };
  if (user === 'acme') return { tenants: ['acme'], models: 'all', hide: { '*': ['actor'] } };
  return user === null ? 'unauthenticated' : undefined;
}
