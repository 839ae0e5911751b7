import { errorName } from './safe-text.ts';

/** A property's value, or a marker where its getter or proxy throws. */
export function readProperty(owner: object, name: PropertyKey): unknown {
  try {
    return (owner as Record<PropertyKey, unknown>)[name];
  } catch (error) {
    return `[unreadable: ${errorName(error)}]`;
  }
}

/** How far up a prototype chain is looked; a proxy can make it endless. */
const MAX_PROTOTYPES = 16;

/** A method, found without calling any getter: what a getter does is none of our business. */
export function methodOf(value: object, name: PropertyKey): ((this: unknown) => unknown) | undefined {
  let owner: object | null = value;
  for (let step = 0; owner !== null && step < MAX_PROTOTYPES; step++) {
    const found = Object.getOwnPropertyDescriptor(owner, name);
    if (found !== undefined) return typeof found.value === 'function' ? (found.value as (this: unknown) => unknown) : undefined;
    owner = Object.getPrototypeOf(owner) as object | null;
  }
  return undefined;
}

/** The name of an object's class, found without calling any getter. */
export function classNameOf(value: object): string {
  const { name } = methodOf(value, 'constructor') ?? {};
  return typeof name === 'string' && name !== '' ? name : 'Object';
}
