import { coreError } from '../errors.ts';
import type { OnProblem } from '../capture/settings.ts';
import type { DeedlogError } from '../errors.ts';
import type { Activity } from '../record/activity.ts';
import type { MutableCounters } from './counters.ts';
import type { FanOut } from './fan-out.ts';
import type { Spool } from './spool.ts';
import type { Store } from './store.ts';

/** After a drain that failed, in milliseconds: one record that the store never takes must not cost every later write a try. */
const DRAIN_PAUSE = 5_000;

interface Parts {
  readonly store: Store;
  readonly spool: Spool;
  readonly fanOut: FanOut;
  readonly counters: MutableCounters;
  readonly report: OnProblem;
}

/** Brings what the spool holds back to the store, one drain at a time. */
export class SpoolDrain {
  readonly #parts: Parts;
  /** A spool may hold what an earlier process left. */
  #holds = true;
  #notBefore = 0;
  #running: Promise<number> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Whether a drain in the background is worth while now. */
  get due(): boolean {
    return this.#holds && this.#running === undefined && (this.#notBefore === 0 || Date.now() >= this.#notBefore);
  }

  mayHold(): void {
    this.#holds = true;
  }

  /** How many activities were brought back. Rejects with `STORE_WRITE_FAILED` or `SPOOL_FAILED`. */
  readonly drain = (): Promise<number> => {
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  };

  /** Never rejects: what goes wrong is reported. */
  async inBackground(): Promise<void> {
    try {
      await this.drain();
    } catch (error) {
      this.#parts.report(error as DeedlogError);
    }
  }

  async idle(): Promise<void> {
    await this.#running?.catch(() => undefined);
  }

  async #drain(): Promise<number> {
    let refusal: unknown;
    this.#holds = false;
    this.#notBefore = 0;
    try {
      const drained = await this.#parts.spool.drain(async (activities) => {
        try {
          await this.#write(activities);
        } catch (cause) {
          refusal = cause;
          throw cause;
        }
      });
      if (refusal !== undefined) this.#again();
      return drained;
    } catch (cause) {
      this.#again();
      throw coreError(refusal === undefined ? 'SPOOL_FAILED' : 'STORE_WRITE_FAILED', 'draining the spool', cause);
    }
  }

  async #write(activities: readonly Activity[]): Promise<void> {
    const { store, counters, fanOut } = this.#parts;
    try {
      await store.write(activities, { own: true });
    } catch (cause) {
      counters.refused++;
      throw cause;
    }
    counters.drained += activities.length;
    fanOut.write(activities);
  }

  #again(): void {
    this.#holds = true;
    this.#notBefore = Date.now() + DRAIN_PAUSE;
  }
}
