import type { JSX } from 'preact';
import { useFrame } from './frame.tsx';

const two = (value: number): string => String(value).padStart(2, '0');

/** `2026-11-21` and `14:03:22`, in the zone of this machine or in UTC. */
export function dateAndTime(iso: string, utc: boolean): readonly [date: string, time: string] {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return [iso.slice(0, 30), ''];
  // Shifted by its zone, a time in UTC reads like the local one.
  const shown = utc ? at : new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  const date = `${String(shown.getUTCFullYear()).padStart(4, '0')}-${two(shown.getUTCMonth() + 1)}-${two(shown.getUTCDate())}`;
  return [date, `${two(shown.getUTCHours())}:${two(shown.getUTCMinutes())}:${two(shown.getUTCSeconds())}`];
}

const STEPS: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number])[] = [
  ['year', 31_557_600], ['month', 2_629_800], ['day', 86_400], ['hour', 3600], ['minute', 60], ['second', 1],
];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** `3 minutes ago`. */
export function timeAgo(iso: string, now: number = Date.now()): string {
  const seconds = (new Date(iso).getTime() - now) / 1000;
  const [unit, length] = STEPS.find(([, size]) => Math.abs(seconds) >= size) ?? (['second', 1] as const);
  return Number.isNaN(seconds) ? '' : relative.format(Math.trunc(seconds / length), unit);
}

/** A time, its date quieter than its hour. The tooltip has it in UTC to the millisecond. */
export function Moment({ iso, ago = false }: { readonly iso: string; readonly ago?: boolean }): JSX.Element {
  const { utc } = useFrame();
  const [date, time] = dateAndTime(iso, utc);
  return (
    <time class="moment" dateTime={iso} title={iso}>
      <span class="date">{date}</span> {time}
      {utc && <span class="date"> UTC</span>}
      {ago && <span class="date"> · {timeAgo(iso)}</span>}
    </time>
  );
}
