import type { ActivityItem, ActivityPage } from '@deedlog/core';
import { readError } from './read-error.ts';

/** A page as Relay has it: https://relay.dev/graphql/connections.htm. Counted only where somebody asks. */
export interface Connection {
  readonly edges: readonly { readonly node: ActivityItem; readonly cursor: string | null }[];
  readonly nodes: readonly ActivityItem[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean; readonly startCursor: string | null; readonly endCursor: string | null };
  readonly totalCount: () => Promise<number>;
  readonly totalCountExact: () => Promise<boolean>;
}

/** `count` asks for the count of the same listing; it is called once at most. */
export function connectionOf({ results, next, previous }: ActivityPage, count: () => Promise<ActivityPage>): Connection {
  let counted: Promise<ActivityPage> | undefined;
  const countOnce = (): Promise<ActivityPage> => (counted ??= count().catch((error: unknown) => Promise.reject(readError(error))));
  const last = results.length - 1;
  return {
    edges: results.map((node, index) => ({ node, cursor: index === last ? next : index === 0 ? previous : null })),
    nodes: results,
    pageInfo: { hasNextPage: next !== null, hasPreviousPage: previous !== null, startCursor: previous, endCursor: next },
    totalCount: async () => (await countOnce()).count ?? 0,
    totalCountExact: async () => (await countOnce()).countExact,
  };
}
