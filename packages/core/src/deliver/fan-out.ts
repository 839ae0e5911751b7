import { coreError } from '../errors.ts';
import type { OnProblem } from '../capture/settings.ts';
import type { Activity } from '../record/activity.ts';
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
        const written = sink.write(activities);
        if (written !== undefined) this.#follow(sink, written, activities);
      } catch (cause) {
        this.#failed(sink, cause, activities);
      }
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#pending);
    await Promise.all(this.#sinks.map(async (sink) => sink.close?.()));
  }

  #follow(sink: Sink, written: Promise<void>, activities: readonly Activity[]): void {
    const followed = written
      .catch((cause: unknown) => this.#failed(sink, cause, activities))
      .finally(() => this.#pending.delete(followed));
    this.#pending.add(followed);
  }

  #failed(sink: Sink, cause: unknown, activities: readonly Activity[]): void {
    this.#counters.sinkFailures += activities.length;
    this.#report(coreError('SINK_FAILED', sink.name, cause), activities[0]);
  }
}
