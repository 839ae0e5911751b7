import { once } from 'node:events';
import pc from 'picocolors';

/** What a command writes to: `process.stdout`, or a stream of a test. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

export type Colors = ReturnType<typeof pc.createColors>;

/** Columns where the terminal does not say. */
const DEFAULT_WIDTH = 80;
/** Between two lines of progress, in milliseconds. */
const PROGRESS_MS = 200;

/** Where a command's results and words go. */
export class Terminal {
  /** People look at the results; else another program reads them. */
  readonly interactive: boolean;
  readonly width: number;
  readonly colors: Colors;
  readonly #out: Output;
  readonly #err: Output;
  // Short work says nothing.
  #progressAt: number = Date.now();
  #progressShown = false;

  constructor(out: Output, err: Output, env: Readonly<Record<string, string | undefined>>) {
    this.#out = out;
    this.#err = err;
    this.interactive = out.isTTY === true;
    this.width = Math.max(40, out.columns ?? DEFAULT_WIDTH);
    this.colors = pc.createColors(this.interactive && !env['NO_COLOR'] && env['TERM'] !== 'dumb');
  }

  /** Waits where the reader is slower. */
  async print(text: string): Promise<void> {
    this.clearProgress();
    if (!this.#out.write(text)) await once(this.#out, 'drain');
  }

  /** A remark beside the results. */
  note(text: string): void {
    this.clearProgress();
    this.#err.write(`${text}\n`);
  }

  /** How far long work is, on one line that the next one replaces. Only where people look. */
  progress(text: string): void {
    const now = Date.now();
    if (this.#err.isTTY !== true || now - this.#progressAt < PROGRESS_MS) return;
    this.#progressAt = now;
    this.#progressShown = true;
    this.#err.write(`\r\u001b[K${text}`);
  }

  /** Work that does not tell how far it is: the seconds pass. */
  async during<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    const begun = Date.now();
    const timer = setInterval(() => this.progress(`${what}: ${Math.round((Date.now() - begun) / 1000)} s`), 1000);
    try {
      return await work();
    } finally {
      clearInterval(timer);
      this.clearProgress();
    }
  }

  clearProgress(): void {
    if (this.#progressShown) this.#err.write('\r\u001b[K');
    this.#progressShown = false;
  }
}
