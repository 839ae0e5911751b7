import type { Changes, Json } from '@deedlog/core';

type Step = { readonly name: string } | { readonly idKey: string; readonly id: string };

/** Carries changes out on a copy of the old state: what a reader of the log would do to see the new one. */
export function applyChanges(before: unknown, changes: Changes): unknown {
  let state: unknown = structuredClone(before ?? null);
  for (const [path, change] of Object.entries(changes)) state = put(state, parsePath(path), change.new);
  return state;
}

function put(state: unknown, [step, ...rest]: readonly Step[], value: Json): unknown {
  if (step === undefined) return value;
  if ('idKey' in step) {
    const items = [...((state ?? []) as Record<string, unknown>[])];
    const at = items.findIndex((item) => String(item[step.idKey]) === step.id);
    const item = put(at === -1 ? undefined : items[at], rest, value);
    if (item === null) return items.filter((_, index) => index !== at);
    return at === -1 ? [...items, item] : items.with(at, item as Record<string, unknown>);
  }
  const entries = new Map(Object.entries((state ?? {}) as object));
  entries.set(step.name, put(entries.get(step.name), rest, value));
  return Object.fromEntries(entries);
}

/** Reads the documented grammar by hand, character by character, and not as the library does. */
export function parsePath(path: string): Step[] {
  const steps: Step[] = [];
  let at = 0;
  const until = (...ends: string[]): string => {
    const start = at;
    while (at < path.length && !ends.includes(path.charAt(at))) at++;
    return path.slice(start, at);
  };
  const quoted = (): string => {
    const start = at++;
    while (path.charAt(at) !== '"') at += path.charAt(at) === '\\' ? 2 : 1;
    return JSON.parse(path.slice(start, ++at)) as string;
  };
  while (at < path.length) {
    if (path.charAt(at) === '.') at++;
    else if (path.charAt(at) !== '[') steps.push({ name: until('.', '[') });
    else {
      at++;
      if (path.charAt(at) === '"') steps.push({ name: quoted() });
      else {
        const idKey = until('=');
        at++;
        steps.push({ idKey, id: path.charAt(at) === '"' ? quoted() : until(']') });
      }
      at++;
    }
  }
  return steps;
}
