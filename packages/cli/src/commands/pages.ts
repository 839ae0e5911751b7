import { MAX_LIMIT } from '@deedlog/core';
import type { ActivityItem, ActivityPage, ActivityQuery } from '@deedlog/core';

/** Gives a page of some listing. */
export type FetchPage = (query: Pick<ActivityQuery, 'limit' | 'after' | 'count'>) => Promise<ActivityPage>;

/** A page and what the whole listing holds; the first page alone was counted. */
export interface PageOfAll {
  readonly items: readonly ActivityItem[];
  readonly count: number | null;
  readonly countExact: boolean;
}

/** Pages of a listing, as many as are needed for `limit` items, at least one. */
export async function* pagesOf(fetch: FetchPage, limit: number, signal: AbortSignal): AsyncGenerator<PageOfAll, void, void> {
  let left = limit;
  let after: string | undefined;
  let first: ActivityPage | undefined;
  do {
    const page = await fetch({ limit: Math.min(left, MAX_LIMIT), after, count: first === undefined });
    first ??= page;
    yield { items: page.results, count: first.count, countExact: first.countExact };
    left -= page.results.length;
    after = page.next ?? undefined;
  } while (left > 0 && after !== undefined && !signal.aborted);
}
