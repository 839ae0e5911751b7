import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { RefObject } from 'preact';

/** Rows drawn above and below what can be seen. */
const SPARE = 12;

/** The rows to draw: from `first` up to, not including, `end`. */
export interface VirtualRows {
  readonly box: RefObject<HTMLDivElement | null>;
  readonly first: number;
  readonly end: number;
}

/** Which of `count` rows of one height the window shows; `box` holds them all. */
export function useVirtualRows(count: number, height: number): VirtualRows {
  const box = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState({ first: 0, end: 60 });
  const measure = (): void => {
    if (box.current === null) return;
    const above = -box.current.getBoundingClientRect().top;
    // In steps, so that not every frame of a scroll draws.
    const step = Math.floor(Math.max(0, above) / height / SPARE) * SPARE;
    const first = Math.max(0, step - SPARE);
    const end = step + Math.ceil(innerHeight / height) + 2 * SPARE;
    setRange((before) => (before.first === first && before.end === end ? before : { first, end }));
  };
  useEffect(() => {
    addEventListener('scroll', measure, { passive: true });
    addEventListener('resize', measure);
    return () => {
      removeEventListener('scroll', measure);
      removeEventListener('resize', measure);
    };
  }, [height]);
  useLayoutEffect(measure, [count, height]);
  return { box, first: Math.min(range.first, Math.max(0, count - 1)), end: Math.min(range.end, count) };
}

/** Whether a media query holds, now and later. */
export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const take = (): void => setMatches(media.matches);
    take();
    media.addEventListener('change', take);
    return () => media.removeEventListener('change', take);
  }, [query]);
  return matches;
}
