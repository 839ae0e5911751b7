import type { Writable } from 'node:stream';
import { isColorSupported } from 'pino-pretty';
import type { LineCounts } from '../files/log-counts.ts';
import type { Report } from '../files/report.ts';
import { consoleLine } from './console-line.ts';

/** Bytes that may wait for a slow reader of a pipe; what comes beyond is left out and counted. */
const MAX_WAITING = 1024 * 1024;

/** Readable lines on a stream: the terminal. It never waits for it, and a stream that breaks gets no more. */
export class ConsoleOutput {
  readonly #stream: Writable;
  readonly #report: Report;
  readonly #readable: (line: string) => string;
  readonly #counts = { written: 0, lost: 0 };
  #failing = false;
  #broken = false;
  /** Lines that the stream has neither taken nor refused yet. */
  #pending = 0;
  #closed = false;
  readonly #onWritten = (error?: Error | null): void => {
    this.#pending--;
    if (error === undefined || error === null) return this.#release();
    this.#counts.written--;
    this.#counts.lost++;
  };
  readonly #onError = (cause: unknown): void => {
    this.#broken = true;
    this.#fail(cause);
  };

  constructor(stream: Writable, report: Report) {
    this.#stream = stream;
    this.#report = report;
    this.#readable = consoleLine(isColorSupported && 'isTTY' in stream && stream.isTTY === true);
    // Without a listener a broken pipe would end the process.
    stream.on('error', this.#onError);
  }

  get counts(): LineCounts {
    return this.#counts;
  }

  write(line: string): void {
    if (this.#broken || !this.#stream.writable) return this.#lose(new Error('the stream has ended'));
    if (this.#stream.writableLength > MAX_WAITING) return this.#lose(new Error('its reader is too slow'));
    try {
      this.#stream.write(this.#readable(line), this.#onWritten);
      this.#pending++;
      this.#counts.written++;
      this.#failing = false;
    } catch (cause) {
      this.#lose(cause);
    }
  }

  close(): void {
    this.#closed = true;
    this.#release();
  }

  /** Errors that come later still must not end the process: the listener stays until all is written, and on a broken stream. */
  #release(): void {
    if (this.#closed && this.#pending === 0 && !this.#broken) this.#stream.off('error', this.#onError);
  }

  #lose(cause: unknown): void {
    this.#counts.lost++;
    this.#fail(cause);
  }

  #fail(cause: unknown): void {
    if (this.#failing) return;
    this.#failing = true;
    this.#report('LOG_CONSOLE_FAILED', 'stdout', cause);
  }
}
