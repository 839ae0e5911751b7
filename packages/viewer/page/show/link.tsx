import type { ComponentChildren, JSX } from 'preact';
import { useFrame } from './frame.tsx';

interface LinkProps {
  readonly href: string;
  readonly children: ComponentChildren;
  readonly class?: string;
  readonly title?: string;
  readonly tabIndex?: number;
  readonly label?: string;
  readonly current?: boolean;
}

/** A link of our own: only addresses that we built come here, never a value from the log. */
export function Link({ href, children, current, label, ...rest }: LinkProps): JSX.Element {
  const { go } = useFrame();
  const follow = (event: MouseEvent): void => {
    if (go === undefined || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    go(href);
  };
  return <a href={href} onClick={follow} aria-label={label} aria-current={current === true ? 'page' : undefined} {...rest}>{children}</a>;
}
