import { httpError } from '../errors.ts';

/** A bound on what may be open at a time. */
export class Slots {
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  /** Returns what gives the slot back; calling it twice does nothing. Throws `HTTP_BUSY`. */
  take(): () => void {
    if (this.#free === 0) throw httpError('HTTP_BUSY');
    this.#free--;
    let taken = true;
    return () => {
      if (taken) this.#free++;
      taken = false;
    };
  }
}
