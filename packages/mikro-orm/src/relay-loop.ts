import type { DeedlogError } from '@deedlog/core';
import type { RelayedBatch } from '@deedlog/postgres';

export interface RelayLoopParts {
  /** Moves one batch of at most `limit` rows. */
  readonly move: (limit: number) => Promise<RelayedBatch>;
  readonly onProblem: (problem: DeedlogError) => void;
  readonly failed: (cause: unknown) => DeedlogError;
  readonly refused: (count: number) => DeedlogError;
  readonly limit: number;
  readonly pollMs: number;
  readonly counters: RelayCounters;
}

/** What the relay of this process has done since it was made. */
export interface RelayCounters {
  /** Rows of the outbox that it moved to the log. */
  moved: number;
  /** Rows that the log refused for what they hold; they stay in the outbox. */
  refused: number;
  /** Turns that failed: the log or the business database was down. */
  failed: number;
  /** Records that went to the log without a detour, because no transaction was open. */
  direct: number;
  /** Records that took the outbox although no transaction was open, because the log was down. */
  detoured: number;
}

/** The first pause after a failed turn; each further one is twice as long, up to the longest. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 30_000;

/** Runs turns until the outbox is empty: when woken, and at intervals. At most one turn at a time; nobody waits for it but `drain`. */
export class RelayLoop {
  readonly #parts: RelayLoopParts;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #failures = 0;
  #closed = false;

  constructor(parts: RelayLoopParts) {
    this.#parts = parts;
  }

  /** The last turn failed, and the next one is still to be tried. */
  get failing(): boolean {
    return this.#failures > 0;
  }

  /** Something is in the outbox. Returns at once; while the log is down the pause between attempts is kept. */
  wake(): void {
    if (this.#closed || this.failing) return;
    if (this.#running !== undefined) this.#again = true;
    else this.#schedule(0);
  }

  /** Runs turns now, until nothing can be moved. Never rejects. */
  drain(): Promise<void> {
    clearTimeout(this.#timer);
    this.#again = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      this.#schedule(this.#pause());
    });
    return this.#running;
  }

  /** No turn starts by itself any more; one that runs is waited for. */
  async stop(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #schedule(ms: number): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.drain(), ms);
    // A process that has nothing else to do may end: what is left is in the outbox.
    this.#timer.unref();
  }

  #pause(): number {
    const { pollMs } = this.#parts;
    return this.failing ? Math.min(FIRST_PAUSE_MS * 2 ** (this.#failures - 1), LONGEST_PAUSE_MS) : pollMs;
  }

  async #run(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      await this.#untilEmpty();
    }
  }

  async #untilEmpty(): Promise<void> {
    const { move, onProblem, failed, counters, limit } = this.#parts;
    let batch = limit;
    for (;;) {
      try {
        const { result, moved, refused } = await move(batch);
        this.#failures = 0;
        counters.moved += moved;
        this.#count(refused);
        // One bad row must not hold up the others: it is found by moving one at a time.
        if (result === 'split') batch = 1;
        else if (result === 'moved') batch = Math.min(limit, batch * 2);
        else return;
      } catch (cause) {
        this.#failures++;
        counters.failed++;
        onProblem(failed(cause));
        return;
      }
    }
  }

  #count(refused: number): void {
    if (refused === 0) return;
    this.#parts.counters.refused += refused;
    this.#parts.onProblem(this.#parts.refused(refused));
  }
}
