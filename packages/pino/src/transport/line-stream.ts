import { Writable } from 'node:stream';
import { kindOfLine } from '../files/kind-of-line.ts';
import { perKind } from '../files/line-kind.ts';
import type { LineKind, PerKind } from '../files/line-kind.ts';
import type { LogFiles } from '../files/log-files.ts';
import { readTagged } from './tagged-line.ts';

export interface LineStreamParts {
  readonly files: LogFiles;
  /** Whether lines come from this package's own logger, which says of which kind they are. */
  readonly tagged: boolean;
  /** Called once the operating system has so many more characters, in UTF-16 units, or they are lost. */
  readonly progress: (characters: number, told: PerKind<number>) => void;
}

/**
 * The stream that a pino worker writes to: text in pieces of any size, which it takes apart into lines. It asks for more only once the
 * operating system has what came before, so that whoever flushes the worker knows that the lines are handed over.
 */
export class LineStream extends Writable {
  readonly #parts: LineStreamParts;
  /** The beginning of a line whose end is still to come. */
  #rest = '';
  /** Lost lines of which the main thread told. */
  readonly #told: Record<LineKind, number> = perKind(() => 0);

  constructor(parts: LineStreamParts) {
    super({ decodeStrings: false, highWaterMark: 1 });
    this.#parts = parts;
  }

  /** pino's worker calls it for `transport.flush(callback)`. */
  async flush(): Promise<void> {
    await this.#parts.files.settled();
  }

  override _write(text: string | Uint8Array, _encoding: string, taken: (error?: Error | null) => void): void {
    const came = typeof text === 'string' ? text : Buffer.from(text).toString('utf8');
    const lines = `${this.#rest}${came}`.split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#take(line);
    void this.#parts.files.settled().then(() => {
      this.#parts.progress(came.length, this.#told);
      taken();
    });
  }

  override _final(ended: (error?: Error | null) => void): void {
    if (this.#rest !== '') this.#take(this.#rest);
    void this.#parts.files.close().then(() => ended());
  }

  #take(text: string): void {
    const { files, tagged } = this.#parts;
    if (!tagged) return files.write(kindOfLine(text), `${text}\n`);
    const sent = readTagged(text);
    if ('line' in sent) return files.write(sent.kind, `${sent.line}\n`);
    this.#told[sent.kind] += sent.lost;
    files.lose(sent.kind, sent.lost, new Error('lines came faster than the worker took them'));
  }
}
