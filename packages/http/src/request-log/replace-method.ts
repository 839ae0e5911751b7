/** A method as somebody sees it who only passes it on. */
export type Call = (this: unknown, ...args: unknown[]) => unknown;

/** Gives one object a method of its own around the one that it has; nothing where it has none. Not enumerable, as methods are. */
export function replaceMethod(owner: object, name: PropertyKey, wrap: (method: Call) => Call): void {
  const method: unknown = Reflect.get(owner, name);
  if (typeof method !== 'function') return;
  Object.defineProperty(owner, name, { value: wrap(method as Call), writable: true, configurable: true, enumerable: false });
}

/** Sees the arguments of each call of a method, before it is made. */
export function watchCalls(owner: object, name: PropertyKey, see: (args: readonly unknown[]) => void): void {
  replaceMethod(owner, name, (method) => function (...args) {
    quietly(() => see(args));
    return method.apply(this, args);
  });
}

/** Sees what a method returns. */
export function watchResults(owner: object, name: PropertyKey, see: (result: unknown) => void): void {
  replaceMethod(owner, name, (method) => function (...args) {
    const result = method.apply(this, args);
    quietly(() => see(result));
    return result;
  });
}

/** Sees what the promise of a method brings, before the caller does, who gets that very promise. */
export function watchPromises(owner: object, name: PropertyKey, see: (value: unknown) => void): void {
  watchResults(owner, name, (promise) => {
    if (promise instanceof Promise) promise.then((value: unknown) => quietly(() => see(value)), () => undefined);
  });
}

/** Whatever goes wrong in looking on is none of the application's business. */
export function quietly(look: () => unknown): void {
  try {
    look();
  } catch {}
}
