import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ActivityChart } from '@deedlog/core';
import { dateAndTime } from '../show/moment.tsx';
import { useFrame } from '../show/frame.tsx';
import { change, route } from '../state/route.ts';
import { barAt, timesOf } from './chart-range.ts';
import type { BarRange } from './chart-range.ts';
import { ChartBars, total } from './chart-bars.tsx';

/** Activity over time. Dragging over it, or its two sliders with Enter, filters by that time. */
export function Chart({ chart }: { readonly chart: ActivityChart }): JSX.Element {
  const { utc } = useFrame();
  const [range, setRange] = useState<BarRange | null>(null);
  const begun = useRef<number | null>(null);
  const count = chart.buckets.length;
  useEffect(() => setRange(null), [chart]);
  const label = (iso: string): string => dateAndTime(iso, utc).join(' ');
  const apply = (chosen: BarRange): void => change({ ...timesOf(chart, chosen), last: null, open: null });
  const barOf = (event: PointerEvent): number => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    return barAt(event.clientX - box.left, box.width, count);
  };
  const onPointerDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    begun.current = barOf(event);
    setRange({ start: begun.current, end: begun.current });
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (begun.current === null) return;
    const bar = barOf(event);
    setRange({ start: Math.min(begun.current, bar), end: Math.max(begun.current, bar) });
  };
  const onPointerUp = (event: PointerEvent): void => {
    if (begun.current === null) return;
    const bar = barOf(event);
    const chosen = { start: Math.min(begun.current, bar), end: Math.max(begun.current, bar) };
    begun.current = null;
    apply(chosen);
  };
  const cancel = (): void => {
    begun.current = null;
    setRange(null);
  };
  const zoomed = route.value.has('from') || route.value.has('until');
  return (
    <section class="chart" aria-label="Activity over time">
      <div class="plot" onPointerDown={onPointerDown} onPointerMove={onPointerMove} onPointerUp={onPointerUp} onPointerCancel={cancel}>
        <ChartBars chart={chart} />
        {range !== null && <div class="brush" style={{ left: `${(range.start / count) * 100}%`, width: `${((range.end - range.start + 1) / count) * 100}%` }} />}
      </div>
      <Sliders count={count} range={range} setRange={setRange} apply={apply} label={(bar) => label(chart.buckets[bar]?.at ?? chart.until)} />
      <div class="axis">
        <span>{label(chart.from)}</span>
        <span class="hint">
          {range === null ? summary(chart) : `${label(timesOf(chart, range).from)} – ${label(timesOf(chart, range).until)}`}
          {zoomed && <button type="button" class="link" onClick={() => change({ from: null, until: null })}>Show all time</button>}
        </span>
        <span>{label(chart.until)}</span>
      </div>
    </section>
  );
}

interface SlidersProps {
  readonly count: number;
  readonly range: BarRange | null;
  readonly setRange: (range: BarRange | null) => void;
  readonly apply: (range: BarRange) => void;
  readonly label: (bar: number) => string;
}

/** The same choice for the keyboard: arrows move an end, Enter filters, Escape gives up. */
function Sliders({ count, range, setRange, apply, label }: SlidersProps): JSX.Element {
  const shown = range ?? { start: 0, end: count - 1 };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && range !== null) apply(range);
    else if (event.key === 'Escape' && range !== null) setRange(null);
    else return;
    event.preventDefault();
  };
  const slider = (name: string, value: number, move: (bar: number) => BarRange): JSX.Element => (
    <input
      type="range" min={0} max={count - 1} step={1} value={value} aria-label={name} aria-valuetext={label(value)} onKeyDown={onKeyDown}
      onInput={({ currentTarget }) => setRange(move(Number(currentTarget.value)))}
    />
  );
  return (
    <div class="sliders">
      {slider('Chart: from (Enter filters)', shown.start, (bar) => ({ start: Math.min(bar, shown.end), end: shown.end }))}
      {slider('Chart: until (Enter filters)', shown.end, (bar) => ({ start: shown.start, end: Math.max(bar, shown.start) }))}
    </div>
  );
}

function summary(chart: ActivityChart): string {
  const sum = (pick: (bucket: ActivityChart['buckets'][number]) => number): number => chart.buckets.reduce((all, bucket) => all + pick(bucket), 0);
  const bad = [['failed', sum(({ failure }) => failure)], ['denied', sum(({ denied }) => denied)]] as const;
  const parts = bad.filter(([, count]) => count > 0).map(([word, count]) => `${count.toLocaleString()} ${word}`);
  const all = sum(total);
  return [all === 1 ? '1 activity' : `${all.toLocaleString()} activities`, ...parts].join(', ') + (chart.complete ? '' : ', not all counted');
}
