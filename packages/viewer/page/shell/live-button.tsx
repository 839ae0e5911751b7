import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { ReadonlySignal } from '@preact/signals';
import { Icon } from '../show/icon.tsx';
import { bindKeys } from '../state/keyboard.ts';
import { change, route } from '../state/route.ts';

/** Follows the log: what is recorded appears at once. */
export function LiveButton({ ended }: { readonly ended: ReadonlySignal<boolean> }): JSX.Element {
  const live = route.value.has('live');
  const toggle = (): void => change({ live: route.value.has('live') ? null : '1' }, { replace: true });
  useEffect(() => bindKeys({ l: toggle }), []);
  return (
    <button type="button" class={`live${live && !ended.value ? ' on' : ''}`} aria-pressed={live} onClick={toggle} title="Follow what is recorded (l)">
      <Icon name="live" /><span>{live && ended.value ? 'Live stopped' : 'Live'}</span>
    </button>
  );
}
