import { shortcuts } from './preferences.ts';

/** What a key does, by the value of `KeyboardEvent.key`. */
export type Keys = Readonly<Record<string, (event: KeyboardEvent) => void>>;

const layers: Keys[] = [];

/** Binds keys until the returned function is called. Of two that bind the same key the later one has it. */
export function bindKeys(keys: Keys): () => void {
  layers.unshift(keys);
  return () => {
    const index = layers.indexOf(keys);
    if (index >= 0) layers.splice(index, 1);
  };
}

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const isEscape = event.key === 'Escape';
  if (!isEscape && (isTyping(event.target) || document.querySelector('dialog[open]') !== null)) return;
  if (!isEscape && !shortcuts.value && event.key.length === 1) return;
  const act = layers.find((keys) => Object.hasOwn(keys, event.key))?.[event.key];
  act?.(event);
});

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, select, textarea, [contenteditable]');
}
