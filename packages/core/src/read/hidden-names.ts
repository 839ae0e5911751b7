import { namesOf } from '../record/path.ts';
import { EVERY_MODEL } from './policy.ts';
import type { ReadPolicy } from './policy.ts';

/** Tells whether a name is hidden from a reader. */
export type IsHidden = (name: string) => boolean;

/** Names as the host gave them, for a model. */
export function hiddenNames({ hide = {} }: ReadPolicy, model: string): readonly string[] {
  const own = Object.hasOwn(hide, model) ? (hide[model] ?? []) : [];
  const every = Object.hasOwn(hide, EVERY_MODEL) ? (hide[EVERY_MODEL] ?? []) : [];
  return [...new Set([...every, ...own])];
}

/** The rule of a model; undefined: nothing is hidden. `firstName` hides `first_name` too: a column and its property are one thing. */
export function hiddenRule(policy: ReadPolicy, model: string): IsHidden | undefined {
  const names = hiddenNames(policy, model);
  if (names.length === 0) return undefined;
  const bare = new Set(names.map(bareName));
  return (name) => bare.has(bareName(name));
}

/** Whether any step of a path is hidden: `items[id=3].price`, `actor.email`, `actor__email`. */
export function isPathHidden(path: string, isHidden: IsHidden): boolean {
  return isHidden(path) || [...namesOf(path), ...path.split(/\.|__/)].some(isHidden);
}

function bareName(name: string): string {
  return name.toLowerCase().replace(/[_\s-]/g, '');
}
