import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../show/icon.tsx';
import type { IconName } from '../show/icon.tsx';

interface MenuProps {
  readonly title: string;
  readonly icon: IconName;
  readonly children: ComponentChildren;
  /** Number of things chosen in it, shown beside the title. */
  readonly count?: number;
}

/** A button that opens a small sheet; a click elsewhere or Escape closes it. */
export function Menu({ title, icon, children, count = 0 }: MenuProps): JSX.Element {
  const box = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: Event): void => {
      if (event.target instanceof Node && box.current?.contains(event.target) === false) box.current.open = false;
    };
    document.addEventListener('pointerdown', close);
    document.addEventListener('focusin', close);
    return () => {
      document.removeEventListener('pointerdown', close);
      document.removeEventListener('focusin', close);
    };
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || box.current?.open !== true) return;
    event.preventDefault();
    box.current.open = false;
    box.current.querySelector('summary')?.focus();
  };
  return (
    <details class="menu" ref={box} onKeyDown={onKeyDown}>
      <summary><Icon name={icon} /><span>{title}</span>{count > 0 && <span class="count">{count}</span>}</summary>
      <div class="sheet">{children}</div>
    </details>
  );
}
