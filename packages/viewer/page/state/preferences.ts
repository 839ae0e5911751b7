import { effect, signal } from '@preact/signals';
import type { Signal } from '@preact/signals';

/** Kept in this browser. Where nothing may be kept (a private window), a preference lasts as long as the page. */
function kept<Value>(name: string, initial: Value, isValid: (value: unknown) => value is Value): Signal<Value> {
  const key = `deedlog.${name}`;
  const value = signal(initial);
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? 'null');
    if (isValid(stored)) value.value = stored;
  } catch {
    // As if nothing were kept.
  }
  effect(() => {
    const text = JSON.stringify(value.value);
    try {
      if (text === JSON.stringify(initial)) localStorage.removeItem(key);
      else localStorage.setItem(key, text);
    } catch {
      // As if nothing were kept.
    }
  });
  return value;
}

export type Theme = 'auto' | 'light' | 'dark';

/** A list under a name, to come back to. */
export interface SavedView {
  readonly name: string;
  /** The address behind the `?`. */
  readonly search: string;
}

export const theme: Signal<Theme> = kept('theme', 'auto', (value): value is Theme => value === 'auto' || value === 'light' || value === 'dark');
/** Times in UTC, not in the zone of this machine. */
export const utc: Signal<boolean> = kept('utc', false, isBoolean);
/** Keys without Ctrl or Alt do something (WCAG 2.1.4 asks that they can be turned off). */
export const shortcuts: Signal<boolean> = kept('shortcuts', true, isBoolean);
/** Chosen columns by name of the model. */
export const columnsByModel: Signal<Readonly<Record<string, readonly string[]>>> = kept('columns', {}, isColumns);
export const savedViews: Signal<readonly SavedView[]> = kept('views', [], isSavedViews);

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isColumns(value: unknown): value is Readonly<Record<string, readonly string[]>> {
  return typeof value === 'object' && value !== null && Object.values(value).every((names) => Array.isArray(names) && names.every((name) => typeof name === 'string'));
}

function isSavedViews(value: unknown): value is readonly SavedView[] {
  return Array.isArray(value) && value.every((each: unknown) => typeof each === 'object' && each !== null && typeof Reflect.get(each, 'name') === 'string' && typeof Reflect.get(each, 'search') === 'string');
}
