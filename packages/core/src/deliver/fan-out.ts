import { coreError } from '../errors.ts';
import type { OnProblem } from '../capture/settings.ts';
import type { Activity } from '../record/activity.ts';
import type { DurableEffect } from '../record/durable-effect.ts';
import { isThenable } from '../thenable.ts';
import type { MutableCounters } from './counters.ts';
import { flushSink } from './flush-sink.ts';
import type { Sink } from './sink.ts';

/** What one sink was given at one go. */
interface Handed {
  readonly sink: Sink;
  readonly count: number;
  /** For the report of a refusal. */
  readonly activity?: Activity | undefined;
}

/** Hands durable records to the sinks. A sink that throws or rejects is reported and counted, and stops nobody. */
export class FanOut {
  /** Whether any sink wants effects: without one nothing of them is kept. */
  readonly wantsEffects: boolean;
  readonly #sinks: readonly Sink[];
  readonly #counters: MutableCounters;
  readonly #report: OnProblem;
  readonly #pending = new Set<Promise<void>>();
  readonly #holding: readonly Sink[];

  constructor(sinks: readonly Sink[], counters: MutableCounters, report: OnProblem) {
    this.#sinks = sinks;
    this.#counters = counters;
    this.#report = report;
    this.wantsEffects = sinks.some((sink) => sink.writeEffects !== undefined);
    this.#holding = sinks.filter((sink) => sink.ready !== undefined);
  }

  write(activities: readonly Activity[]): void {
    for (const sink of this.#sinks) this.#hand({ sink, count: activities.length, activity: activities[0] }, () => sink.write(activities));
  }

  writeEffects(effects: readonly DurableEffect[]): void {
    for (const sink of this.#sinks) {
      if (sink.writeEffects !== undefined) this.#hand({ sink, count: effects.length }, () => sink.writeEffects?.(effects));
    }
  }

  /** Undefined while every sink has room; else resolves when all have. */
  ready(): Promise<unknown> | undefined {
    if (this.#holding.length === 0) return undefined;
    const waits = this.#holding.map((sink) => this.#ready(sink)).filter((wait) => wait !== undefined);
    return waits.length === 0 ? undefined : Promise.allSettled(waits);
  }

  flushSync(): void {
    for (const sink of this.#sinks) flushSink(sink, (cause) => this.#report(coreError('SINK_FAILED', `flushing ${sink.name}`, cause)));
  }

  /** Resolves when no sink has a write under way. */
  async idle(): Promise<void> {
    await Promise.all(this.#pending);
  }

  async close(): Promise<void> {
    await this.idle();
    await Promise.all(this.#sinks.map((sink) => this.#close(sink)));
  }

  /** Whatever a sink does, the act that asks for room goes on. */
  #ready(sink: Sink): Promise<void> | undefined {
    try {
      return sink.ready?.();
    } catch (cause) {
      this.#report(coreError('SINK_FAILED', `ready of ${sink.name}`, cause));
      return undefined;
    }
  }

  async #close(sink: Sink): Promise<void> {
    try {
      await sink.close?.();
    } catch (cause) {
      this.#report(coreError('SINK_FAILED', `closing ${sink.name}`, cause));
    }
  }

  #hand(handed: Handed, write: () => unknown): void {
    try {
      // A sink may answer anything, such as the length that `push` returns.
      const written = write();
      if (isThenable(written)) this.#follow(written, handed);
    } catch (cause) {
      this.#failed(cause, handed);
    }
  }

  #follow(written: PromiseLike<unknown>, handed: Handed): void {
    const followed: Promise<void> = Promise.resolve(written)
      .then(() => undefined, (cause: unknown) => this.#failed(cause, handed))
      .finally(() => this.#pending.delete(followed));
    this.#pending.add(followed);
  }

  #failed(cause: unknown, { sink, count, activity }: Handed): void {
    this.#counters.sinkFailures += count;
    this.#report(coreError('SINK_FAILED', sink.name, cause), activity);
  }
}
