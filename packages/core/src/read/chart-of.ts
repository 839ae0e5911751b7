import type { Activity } from '../record/activity.ts';
import type { ActivityChart, ChartBucket } from './item.ts';
import type { SearchFilter } from './log-source.ts';

/** A chart without a `from` begins so long before its end, in milliseconds: 30 days. */
export const DEFAULT_CHART_SPAN: number = 30 * 24 * 60 * 60 * 1000;

/** The range of a chart, and how long a bucket is, in milliseconds. */
export interface ChartRange {
  readonly from: number;
  readonly until: number;
  readonly width: number;
}

/** Ends now, or at `until`; a bucket lasts at least a millisecond. */
export function chartRange({ from, until }: Pick<SearchFilter, 'from' | 'until'>, buckets: number): ChartRange {
  const end = until?.getTime() ?? Date.now() + 1;
  const start = Math.min(from?.getTime() ?? end - DEFAULT_CHART_SPAN, end - 1);
  const width = Math.max(1, Math.ceil((end - start) / buckets));
  return { from: start, until: end, width };
}

type Counts = Omit<ChartBucket, 'at'>;

/** Buckets of a range with their counts by index; those that nobody counted are zero. */
export function chartFrom(range: ChartRange, counts: ReadonlyMap<number, Partial<Counts>>, complete = true): ActivityChart {
  const length = Math.max(1, Math.ceil((range.until - range.from) / range.width));
  const buckets = Array.from({ length }, (_, index) => ({
    at: new Date(range.from + index * range.width).toISOString(),
    success: 0,
    failure: 0,
    denied: 0,
    unknown: 0,
    ...counts.get(index),
  }));
  return { from: new Date(range.from).toISOString(), until: new Date(range.until).toISOString(), buckets, complete };
}

export function chartOf(activities: readonly Activity[], filter: SearchFilter, buckets: number): ActivityChart {
  const range = chartRange(filter, buckets);
  const counts = new Map<number, Partial<Counts>>();
  for (const { occurredAt, outcome } of activities) {
    const time = occurredAt.getTime();
    if (time < range.from || time >= range.until) continue;
    const index = Math.floor((time - range.from) / range.width);
    const bucket = counts.get(index) ?? {};
    counts.set(index, { ...bucket, [outcome]: (bucket[outcome] ?? 0) + 1 });
  }
  return chartFrom(range, counts);
}
