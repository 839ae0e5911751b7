import type { Call } from './replace-method.ts';

/** A method of an object, as it was called. */
export interface Called {
  readonly self: unknown;
  readonly method: Call;
  readonly args: readonly unknown[];
}

interface Held<State> {
  readonly state: State;
  readonly methods: Readonly<Record<string, Call>>;
}

/**
 * Methods that stand on many objects around those that they have: the same functions on each, with a state of its own beside them. V8 14
 * (Node 24) moves what a function on each request refers to into its old generation, which doubled the work of its collections.
 */
export class SharedMethods<State extends object> {
  readonly #key = Symbol('deedlog');
  readonly #functions: Readonly<Record<string, Call>>;

  constructor(around: Readonly<Record<string, (state: State, called: Called) => unknown>>) {
    const key = this.#key;
    this.#functions = Object.fromEntries(
      Object.entries(around).map(([name, replacement]): [string, Call] => [
        name,
        function (...args) {
          const held = (this as Readonly<Record<symbol, Held<State> | undefined>>)[key];
          const method = held?.methods[name];
          // Borrowed for another object, which has its own.
          if (held === undefined || method === undefined) return ownMethod(this, name).apply(this, args);
          return replacement(held.state, { self: this, method, args });
        },
      ]),
    );
  }

  /** Not enumerable, as methods are. A method that the object does not have is left out. */
  install(owner: object, state: State): void {
    const methods: Record<string, Call> = {};
    for (const name in this.#functions) {
      const method: unknown = Reflect.get(owner, name);
      if (typeof method !== 'function') continue;
      methods[name] = method as Call;
      define(owner, name, this.#functions[name]);
    }
    define(owner, this.#key, { state, methods } satisfies Held<State>);
  }
}

function define(owner: object, name: PropertyKey, value: unknown): void {
  Object.defineProperty(owner, name, { value, writable: true, configurable: true, enumerable: false });
}

function ownMethod(self: unknown, name: string): Call {
  return Reflect.get(Object.getPrototypeOf(self) as object, name) as Call;
}

/** Makes the call. */
export function proceed({ self, method, args }: Called): unknown {
  return method.apply(self, args as unknown[]);
}
