import { coreError } from '../errors.ts';
import type { OnProblem } from '../capture/settings.ts';
import type { Activity } from '../record/activity.ts';
import { isThenable } from '../thenable.ts';
import type { MutableCounters } from './counters.ts';
import type { Sink } from './sink.ts';

/** Hands durable activities to the sinks. A sink that throws or rejects is reported and counted, and stops nobody. */
export class FanOut {
  readonly #sinks: readonly Sink[];
  readonly #counters: MutableCounters;
  readonly #report: OnProblem;
  readonly #pending = new Set<Promise<void>>();

  constructor(sinks: readonly Sink[], counters: MutableCounters, report: OnProblem) {
    this.#sinks = sinks;
    this.#counters = counters;
    this.#report = report;
  }

  write(activities: readonly Activity[]): void {
    for (const sink of this.#sinks) {
      try {
        // A sink may answer anything, such as the length that `push` returns.
        const written: unknown = sink.write(activities);
        if (isThenable(written)) this.#follow(sink, written, activities);
      } catch (cause) {
        this.#failed(sink, cause, activities);
      }
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#pending);
    await Promise.all(this.#sinks.map((sink) => this.#close(sink)));
  }

  async #close(sink: Sink): Promise<void> {
    try {
      await sink.close?.();
    } catch (cause) {
      this.#report(coreError('SINK_FAILED', `closing ${sink.name}`, cause));
    }
  }

  #follow(sink: Sink, written: PromiseLike<unknown>, activities: readonly Activity[]): void {
    const followed: Promise<void> = Promise.resolve(written)
      .then(() => undefined, (cause: unknown) => this.#failed(sink, cause, activities))
      .finally(() => this.#pending.delete(followed));
    this.#pending.add(followed);
  }

  #failed(sink: Sink, cause: unknown, activities: readonly Activity[]): void {
    this.#counters.sinkFailures += activities.length;
    this.#report(coreError('SINK_FAILED', sink.name, cause), activities[0]);
  }
}
