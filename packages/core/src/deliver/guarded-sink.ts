import type { OnProblem } from '../capture/settings.ts';
import { coreError } from '../errors.ts';
import type { CoreErrorCode } from '../errors.ts';
import { isThenable } from '../thenable.ts';
import { flushSink } from './flush-sink.ts';
import type { Run } from './record-queue.ts';
import type { Sink, SinkLoss } from './sink.ts';
import { bothLosses, lossText, Spell } from './spell.ts';
import { within } from './timers.ts';

export interface GuardedSinkParts {
  readonly sink: Sink;
  readonly report: OnProblem;
  /** Milliseconds. */
  readonly closeTimeout: number;
  /** Called whenever a batch has been taken or refused. */
  readonly ended: () => void;
}

interface BatchSize {
  readonly count: number;
  readonly characters: number;
}

/** All calls of a sink: what becomes of the records is counted, and nothing that it does gets past this. */
export class GuardedSink {
  written = 0;
  failed = 0;
  /** Records and characters that it has been given and neither taken nor refused yet. */
  underWay = 0;
  characters = 0;
  readonly #parts: GuardedSinkParts;
  readonly #refusals = new Spell();
  readonly #pending = new Set<Promise<void>>();
  /** What it refused to note. */
  #untold: SinkLoss | undefined;
  #takesAgain = false;
  #isClosed = false;

  constructor(parts: GuardedSinkParts) {
    this.#parts = parts;
  }

  give({ hand, records, characters }: Run): void {
    const size = { count: records.length, characters };
    this.underWay += size.count;
    this.characters += characters;
    try {
      const answer = hand(records);
      if (isThenable(answer)) this.#follow(answer, size);
      else this.#took(size);
    } catch (cause) {
      this.#refused(size, cause);
    }
  }

  /** Resolves once it has taken or refused all that it was given. */
  async idle(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  /** Its own back-pressure. */
  async room(): Promise<void> {
    try {
      await this.#parts.sink.ready?.();
    } catch {}
  }

  /** Whether it has taken records since it refused to note a loss: it may take the note now. */
  get owesNote(): boolean {
    return this.#takesAgain && this.#untold !== undefined;
  }

  /** The sink is called before the first await. What it does not note now is told with the next, or once it takes records again. */
  async noteLoss(loss: SinkLoss | undefined): Promise<void> {
    const untold = this.#untold;
    const all = bothLosses(untold, loss);
    if (all === undefined) return;
    this.#untold = undefined;
    this.#takesAgain = false;
    if (loss !== undefined) this.report('SINK_OVERFLOW', `takes records again after ${lossText(loss)} were dropped`);
    try {
      await this.#parts.sink.noteLoss?.(all);
    } catch (cause) {
      this.#untold = bothLosses(all, this.#untold);
      if (untold === undefined) this.report('SINK_FAILED', 'noteLoss', cause);
    }
  }

  flushSync(): void {
    if (!this.#isClosed) flushSink(this.#parts.sink, (cause) => this.report('SINK_FAILED', 'flushSync', cause));
  }

  async close(): Promise<void> {
    const { sink, closeTimeout } = this.#parts;
    const refused = this.#refusals.end();
    if (refused !== undefined) this.report('SINK_FAILED', `closed after it refused ${lossText(refused)}`);
    if (sink.close === undefined) return;
    try {
      this.#isClosed = await within(closeTimeout, Promise.resolve(sink.close()));
      if (!this.#isClosed) this.report('SINK_FAILED', `close was not done after ${closeTimeout} ms`);
    } catch (cause) {
      this.report('SINK_FAILED', 'close', cause);
    }
  }

  report(code: CoreErrorCode, detail: string, cause?: unknown): void {
    const { sink, report } = this.#parts;
    report(coreError(code, `${sink.name}: ${detail}`, cause));
  }

  #follow(answer: PromiseLike<unknown>, size: BatchSize): void {
    const followed: Promise<void> = Promise.resolve(answer)
      .then(() => this.#took(size), (cause: unknown) => this.#refused(size, cause))
      .finally(() => this.#pending.delete(followed));
    this.#pending.add(followed);
  }

  #took(size: BatchSize): void {
    this.written += size.count;
    this.#takesAgain = true;
    this.#end(size);
    const refused = this.#refusals.end();
    if (refused !== undefined) this.report('SINK_FAILED', `takes records again after it refused ${lossText(refused)}`);
  }

  #refused(size: BatchSize, cause: unknown): void {
    this.failed += size.count;
    this.#end(size);
    if (this.#refusals.add(size.count)) this.report('SINK_FAILED', `refused ${size.count} records`, cause);
  }

  /** Before anything is reported: whoever is told may look at the counters. */
  #end({ count, characters }: BatchSize): void {
    this.underWay -= count;
    this.characters -= characters;
    this.#parts.ended();
  }
}
