import { deadline } from './timers.ts';

interface HeldCaller {
  readonly goOn: () => void;
  /** On the clock of `performance.now()`, which nobody sets. */
  readonly until: number;
}

/** Those who are about to begin new work and wait for room, in the order in which they came. */
export class HeldCallers {
  readonly #maxWait: number;
  /** The first has waited longest. */
  readonly #held = new Set<HeldCaller>();
  #callOff: (() => void) | undefined;

  /** `maxWait`: longest wait in milliseconds. */
  constructor(maxWait: number) {
    this.#maxWait = maxWait;
  }

  get some(): boolean {
    return this.#held.size > 0;
  }

  hold(): Promise<void> {
    return new Promise((goOn) => {
      this.#held.add({ goOn, until: performance.now() + this.#maxWait });
      if (this.#callOff === undefined) this.#watch();
    });
  }

  /** Lets so many of them go on. */
  release(count: number): void {
    for (const caller of this.#held) {
      if (count-- <= 0) return;
      this.#release(caller);
    }
  }

  /** One timer for all: they all wait equally long. */
  #watch(): void {
    const [first] = this.#held;
    if (first === undefined) return;
    this.#callOff = deadline(Math.max(1, first.until - performance.now()), () => {
      this.#callOff = undefined;
      const now = performance.now();
      for (const caller of this.#held) {
        if (caller.until > now) break;
        this.#release(caller);
      }
      this.#watch();
    });
  }

  #release(caller: HeldCaller): void {
    this.#held.delete(caller);
    caller.goOn();
    if (this.#held.size > 0) return;
    this.#callOff?.();
    this.#callOff = undefined;
  }
}
