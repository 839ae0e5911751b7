import { ObjectSlot } from '../object-slot.ts';
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
  readonly #held = new ObjectSlot<Held<State>>('deedlog.methods');
  readonly #functions: readonly (readonly [name: string, method: Call])[];

  constructor(around: Readonly<Record<string, (state: State, called: Called) => unknown>>) {
    const slot = this.#held;
    this.#functions = Object.entries(around).map(([name, replacement]) => [
      name,
      function (...args) {
        const held = slot.get(this as object);
        const method = held?.methods[name];
        // Borrowed for another object, which has its own.
        if (held === undefined || method === undefined) return ownMethod(this, name).apply(this, args);
        return replacement(held.state, { self: this, method, args });
      },
    ]);
  }

  /** A method that the object does not have is left out. */
  install(owner: object, state: State): void {
    const methods: Record<string, Call> = {};
    for (const [name, replacement] of this.#functions) {
      const method = (owner as Readonly<Record<string, unknown>>)[name];
      if (typeof method !== 'function') continue;
      methods[name] = method as Call;
      assign(owner, name, replacement);
    }
    this.#held.set(owner, { state, methods });
  }
}

/** To define a property takes V8 many times as long; that is for objects which do not let themselves be assigned to. */
function assign(owner: object, name: string, value: unknown): void {
  try {
    (owner as Record<string, unknown>)[name] = value;
  } catch {
    Object.defineProperty(owner, name, { value, writable: true, configurable: true });
  }
}

function ownMethod(self: unknown, name: string): Call {
  return Reflect.get(Object.getPrototypeOf(self) as object, name) as Call;
}

/** Makes the call. */
export function proceed({ self, method, args }: Called): unknown {
  return method.apply(self, args as unknown[]);
}
