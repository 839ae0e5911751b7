import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Icon } from '../show/icon.tsx';
import { bindKeys } from '../state/keyboard.ts';
import { theme } from '../state/preferences.ts';
import type { Theme } from '../state/preferences.ts';

const NEXT: Readonly<Record<Theme, Theme>> = { auto: 'dark', dark: 'light', light: 'auto' };
const ICONS = { auto: 'auto', dark: 'moon', light: 'sun' } as const;

/** Light, dark, or as the system has it. */
export function ThemeButton(): JSX.Element {
  const next = (): void => {
    theme.value = NEXT[theme.value];
  };
  useEffect(() => bindKeys({ d: next }), []);
  return <button type="button" class="plain" onClick={next} aria-label={`Colours: ${theme.value}`} title={`Colours: ${theme.value} (d)`}><Icon name={ICONS[theme.value]} /></button>;
}
