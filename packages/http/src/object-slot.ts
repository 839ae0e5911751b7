/**
 * Something that belongs to an object of the application's, such as its request, for as long as that lives. It stands on the object
 * itself: what a WeakMap refers to survives V8's young collections (seen with V8 14, Node 24), so that each request with all that it
 * refers to would be moved into the old generation before it dies.
 */
export class ObjectSlot<Value> {
  readonly #key: symbol;
  /** For objects that take no property. */
  readonly #others = new WeakMap<object, Value>();

  /** `description` is what people see who look at the object. */
  constructor(description: string) {
    this.#key = Symbol(description);
  }

  get(owner: object): Value | undefined {
    const value = (owner as Readonly<Record<symbol, Value | undefined>>)[this.#key];
    return value === undefined ? this.#others.get(owner) : value;
  }

  set(owner: object, value: Value): void {
    try {
      if (Reflect.defineProperty(owner, this.#key, { value, writable: true, configurable: true, enumerable: false })) return;
    } catch {
      // A proxy may refuse it in its own way.
    }
    this.#others.set(owner, value);
  }
}
