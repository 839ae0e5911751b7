import type { ActivityChart } from '@deedlog/core';

/** Bars of a chart that are marked, both ends included. */
export interface BarRange {
  readonly start: number;
  readonly end: number;
}

/** The times that marked bars stand for, ISO 8601; `until` is exclusive. */
export function timesOf(chart: ActivityChart, { start, end }: BarRange): { readonly from: string; readonly until: string } {
  const after = chart.buckets[end + 1];
  return { from: chart.buckets[start]?.at ?? chart.from, until: after?.at ?? chart.until };
}

/** The bar under a place of the chart, which is `width` wide. */
export function barAt(x: number, width: number, count: number): number {
  return Math.max(0, Math.min(count - 1, Math.floor((x / Math.max(1, width)) * count)));
}
