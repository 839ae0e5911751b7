/** What a worker owes an answer for so many milliseconds is held up by its disk: it asks for a new piece of text once the last is written. */
const PATIENCE_MS = 3_000;

/** Whether a worker thread still answers for what it is sent: to wait for one that does not would block the process for ten seconds. */
export class WorkerWatch {
  /** It has not answered for long. */
  isOverdue = false;
  #waits: NodeJS.Timeout | undefined;

  /** It was sent something. */
  sent(): void {
    if (this.#waits !== undefined || this.isOverdue) return;
    const waits = setTimeout(() => {
      // An answer may have come while this thread was busy itself: it is heard before the next check of the event loop.
      setImmediate(() => (this.isOverdue = this.#waits === waits)).unref();
    }, PATIENCE_MS);
    this.#waits = waits.unref();
  }

  /** It answered; `all`: for everything that it was sent. */
  answered(all: boolean): void {
    clearTimeout(this.#waits);
    this.#waits = undefined;
    this.isOverdue = false;
    if (!all) this.sent();
  }
}
