import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../show/icon.tsx';
import { bindKeys } from '../state/keyboard.ts';
import { change, route } from '../state/route.ts';

/** How long the reader has to pause before the search starts, in milliseconds. */
const PAUSE = 250;

/** Searches texts while the reader types. */
export function SearchBox(): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const text = route.value.get('text') ?? '';
  useEffect(() => {
    if (input.current !== null && document.activeElement !== input.current) input.current.value = text;
  }, [text]);
  useEffect(() => bindKeys({
    '/': (event) => {
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    },
  }), []);
  const search = (): void => change({ text: input.current?.value.trim() || null, open: null }, { replace: true });
  const onInput = (): void => {
    clearTimeout(timer.current);
    timer.current = setTimeout(search, PAUSE);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') input.current?.blur();
    if (event.key !== 'Enter') return;
    clearTimeout(timer.current);
    search();
  };
  return (
    <label class="search">
      <Icon name="search" />
      <span class="unseen">Search text</span>
      <input ref={input} type="search" maxLength={200} placeholder="Search…" defaultValue={text} onInput={onInput} onKeyDown={onKeyDown} autocomplete="off" spellcheck={false} />
      <kbd aria-hidden="true">/</kbd>
    </label>
  );
}
