import type { OnProblem } from '../capture/settings.ts';
import { GuardedSink } from './guarded-sink.ts';
import { HeldCallers } from './held-callers.ts';
import { outside } from './outside.ts';
import { RecordQueue } from './record-queue.ts';
import type { Hand } from './record-queue.ts';
import { recordSize } from './record-size.ts';
import type { Sink } from './sink.ts';
import { lossText, Spell } from './spell.ts';
import { nextTurn, within } from './timers.ts';

/** The options of `queuedSink`, with their defaults. */
export interface QueueSettings {
  readonly capacity: number;
  readonly maxCharacters: number;
  readonly batch: number;
  readonly overflow: 'drop' | 'wait';
  readonly maxWait: number;
  readonly closeTimeout: number;
  readonly report: OnProblem;
}

/** Where `overflow` is `wait`, what was admitted already is kept up to so many times the bounds. */
const CEILING = 2;

/** A spell of drops is over once no more of the bounds is taken than this: at the bound itself every batch would begin a new one. */
const CALM = 0.5;

/** The queue in front of a sink, and the work that empties it. */
export class SinkQueue {
  dropped = 0;
  readonly sink: GuardedSink;
  readonly #settings: QueueSettings;
  readonly #queue: RecordQueue;
  readonly #callers: HeldCallers;
  readonly #drops = new Spell();
  #working: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #refusesLate = false;

  constructor(sink: Sink, settings: QueueSettings) {
    this.#settings = settings;
    this.#queue = new RecordQueue(settings.batch);
    this.#callers = new HeldCallers(settings.maxWait);
    this.sink = new GuardedSink({ sink, report: settings.report, closeTimeout: settings.closeTimeout, ended: () => this.#goOn() });
  }

  get waiting(): number {
    return this.#queue.length;
  }

  add(hand: Hand, records: readonly object[]): void {
    if (this.#closing !== undefined) return this.#refuseLate(records.length);
    const ceiling = this.#ceiling;
    let dropped = 0;
    for (const record of records) {
      const size = this.#hasRoom(ceiling) ? recordSize(record) : Infinity;
      if (this.#hasRoom(ceiling, size)) this.#queue.add(hand, record, size);
      else dropped++;
    }
    if (dropped > 0) this.#drop(dropped);
    this.#begin();
  }

  turnAway(): boolean {
    if (this.#closing === undefined && this.#hasRoom(this.#ceiling)) return false;
    if (this.#closing === undefined) this.#drop(1);
    else this.#refuseLate(1);
    return true;
  }

  ready(): Promise<void> | undefined {
    if (this.#closing !== undefined || (this.#hasRoom(1) && !this.#callers.some)) return undefined;
    return outside(() => this.#callers.hold());
  }

  flushSync(): void {
    outside(() => {
      // What the sink itself adds meanwhile is for later: it might never end.
      for (let left = this.#queue.length; left > 0; ) {
        const run = this.#queue.take();
        if (run === undefined) break;
        left -= run.records.length;
        this.sink.give(run);
      }
      void this.#endSpell();
      this.sink.flushSync();
    });
  }

  close(): Promise<void> {
    this.#closing ??= outside(() => this.#close());
    return this.#closing;
  }

  /** How many times the bounds may be held. */
  get #ceiling(): number {
    return this.#settings.overflow === 'wait' ? CEILING : 1;
  }

  get #held(): number {
    return this.#queue.length + this.sink.underWay;
  }

  get #characters(): number {
    return this.#queue.characters + this.sink.characters;
  }

  /** Whether there is room for one more record of `size` characters below so many times the bounds. */
  #hasRoom(times: number, size: number = 1): boolean {
    const { capacity, maxCharacters } = this.#settings;
    return this.#held < capacity * times && this.#characters + size <= maxCharacters * times;
  }

  get #isCalm(): boolean {
    const { capacity, maxCharacters } = this.#settings;
    return this.#held <= capacity * CALM && this.#characters <= maxCharacters * CALM;
  }

  #drop(count: number): void {
    this.dropped += count;
    if (this.#drops.add(count)) outside(() => this.sink.report('SINK_OVERFLOW', 'begins to drop'));
  }

  #refuseLate(count: number): void {
    this.dropped += count;
    if (this.#refusesLate || count === 0) return;
    this.#refusesLate = true;
    outside(() => this.sink.report('SINK_CLOSED', 'records came after close'));
  }

  #begin(): void {
    this.#working ??= outside(() => this.#work());
  }

  /** A batch has ended: there may be room for callers, and work that nobody does. */
  #goOn(): void {
    this.#letIn();
    if (this.#hasWork) this.#begin();
  }

  get #hasWork(): boolean {
    return this.#queue.length > 0 || this.#drops.lasts || this.sink.owesNote || (this.#callers.some && this.#hasRoom(1));
  }

  /** Never rejects. */
  async #work(): Promise<void> {
    do {
      // Requests come first: not in the turn of whoever added a record, and never two batches in one.
      await nextTurn();
      await this.#turn();
    } while (this.#hasWork);
    this.#working = undefined;
  }

  /** Hands on a batch, of runs where kinds alternate. */
  async #turn(): Promise<void> {
    for (let left = this.#settings.batch; left > 0; ) {
      await this.sink.idle();
      await this.sink.room();
      if (this.#isCalm) await this.#endSpell();
      const run = this.#queue.take();
      if (run === undefined) break;
      left -= run.records.length;
      this.sink.give(run);
    }
    // Those who were let in for a batch may have recorded nothing; then no batch lets in the others.
    if (this.#held === 0) this.#letIn();
  }

  #letIn(): void {
    if (this.#callers.some && this.#hasRoom(1)) this.#callers.release(this.#settings.capacity - this.#held);
  }

  /** Tells of what was dropped, the sink at once. */
  async #endSpell(): Promise<void> {
    const loss = this.#drops.end();
    if (loss !== undefined || this.sink.owesNote) await this.sink.noteLoss(loss);
  }

  async #close(): Promise<void> {
    this.#callers.release(Infinity);
    await within(this.#settings.closeTimeout, this.#idle());
    this.#giveUp();
    await this.sink.close();
  }

  async #idle(): Promise<void> {
    await this.#working;
    await this.sink.idle();
  }

  /** What is left when the time is over. */
  #giveUp(): void {
    const { closeTimeout } = this.#settings;
    const { underWay } = this.sink;
    const rest = this.#queue.clear();
    const loss = this.#drops.end();
    this.dropped += rest;
    if (loss !== undefined) this.sink.report('SINK_OVERFLOW', `closed after ${lossText(loss)} were dropped`);
    if (rest + underWay > 0) this.sink.report('SINK_CLOSED', `after ${closeTimeout} ms ${rest} records were waiting and ${underWay} under way`);
  }
}
