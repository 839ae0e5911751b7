import { types } from 'node:util';

/** Shows nothing to who looks at the object, as `console.log` does. */
class Kept<Value> {
  readonly #owner: object;
  readonly #value: Value;

  constructor(owner: object, value: Value) {
    this.#owner = owner;
    this.#value = value;
  }

  /** Whether it belongs to this object, to the one that it was derived from, or to the one behind the proxy that it is; not to one that it copies. */
  belongsTo(object: object, key: symbol): boolean {
    return this.#owner === object || !Object.hasOwn(object, key) || types.isProxy(object);
  }

  get value(): Value {
    return this.#value;
  }
}

/**
 * Something that belongs to an object of the application's, such as its request, for as long as that lives. It stands on the object
 * itself: what a WeakMap refers to survives V8's young collections (seen with V8 14, Node 24), so that each request with all that it
 * refers to would be moved into the old generation before it dies. It is assigned, because to define a property takes V8 many times as long.
 */
export class ObjectSlot<Value> {
  readonly #key: symbol;
  /** For objects that take no property. */
  #others: WeakMap<object, Value> | undefined;

  /** `description` is what people see who look at the object. */
  constructor(description: string) {
    this.#key = Symbol(description);
  }

  get(owner: object): Value | undefined {
    const kept = (owner as Readonly<Record<symbol, Kept<Value> | undefined>>)[this.#key];
    return kept?.belongsTo(owner, this.#key) === true ? kept.value : this.#others?.get(owner);
  }

  set(owner: object, value: Value): void {
    const kept = new Kept(owner, value);
    try {
      (owner as Record<symbol, Kept<Value>>)[this.#key] = kept;
      if ((owner as Record<symbol, Kept<Value>>)[this.#key] === kept) return;
    } catch {
      // It is frozen, or a proxy that refuses it in its own way.
    }
    this.#others ??= new WeakMap();
    this.#others.set(owner, value);
  }
}
