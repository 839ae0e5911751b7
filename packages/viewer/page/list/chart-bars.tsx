import type { JSX } from 'preact';
import type { ActivityChart, ChartBucket } from '@deedlog/core';
import { memo } from './memo.ts';

/** From the bottom up: what went wrong stands on the ground, where it is seen. */
const STACK = ['failure', 'denied', 'unknown', 'success'] as const;

/** The bars, stacked by outcome. Heights follow the square root, so that a few failures stay visible beside many successes. */
function Bars({ chart }: { readonly chart: ActivityChart }): JSX.Element {
  const tallest = Math.max(1, ...chart.buckets.map(total));
  return (
    <svg class="bars" viewBox={`0 0 ${chart.buckets.length * 10} 100`} preserveAspectRatio="none" aria-hidden="true">
      {chart.buckets.map((bucket, index) => <g key={index} transform={`translate(${index * 10} 0)`}>{stack(bucket, tallest)}</g>)}
    </svg>
  );
}

export const ChartBars: (props: { readonly chart: ActivityChart }) => JSX.Element = memo(Bars);

export function total(bucket: ChartBucket): number {
  return bucket.success + bucket.failure + bucket.denied + bucket.unknown;
}

function stack(bucket: ChartBucket, tallest: number): (JSX.Element | null)[] {
  const sum = total(bucket);
  const height = Math.sqrt(sum / tallest) * 96;
  let bottom = 100;
  return STACK.map((name) => {
    if (bucket[name] === 0) return null;
    const part = Math.max(3, (bucket[name] / sum) * height);
    bottom -= part;
    return <rect key={name} class={name} x="1" width="8" y={bottom} height={part} />;
  });
}
