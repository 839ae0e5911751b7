import type { DestinationStream } from 'pino';
import type { ConsoleOutput } from '../console/console-output.ts';
import { kindOfLevel } from './kind-of-line.ts';
import type { LineKind } from './line-kind.ts';
import type { LineOutput } from './line-output.ts';

/** pino tells a stream that has this key the level of each line (pino 10, docs/api.md "metadata"). */
const METADATA = Symbol.for('pino.metadata');

export interface RouterParts {
  readonly output: LineOutput;
  readonly console: ConsoleOutput | undefined;
  /** Lines of the application below this level go nowhere. */
  readonly level: number;
}

/** What pino writes to: each line goes to the file of its level, and to the console. */
export class Router implements DestinationStream {
  /** Set by pino before it writes. */
  lastLevel = 0;
  readonly #parts: RouterParts;
  #kind: LineKind | undefined;

  constructor(parts: RouterParts) {
    this.#parts = parts;
    Object.defineProperty(this, METADATA, { value: true });
  }

  write(line: string): void {
    const kind = this.#kind ?? kindOfLevel(this.lastLevel);
    const { output, console, level } = this.#parts;
    if (kind === 'app' && this.lastLevel < level) return;
    output.write(kind, line);
    console?.write(line);
  }

  /** What is written meanwhile is of this kind, whatever its level. */
  as<Result>(kind: LineKind, write: () => Result): Result {
    this.#kind = kind;
    try {
      return write();
    } finally {
      this.#kind = undefined;
    }
  }

  /** For `logger.flush`. */
  flush(flushed: () => void): void {
    void this.#parts.output.settled().then(flushed);
  }

  /** pino calls it after a line of level `fatal`. */
  flushSync(): void {
    this.#parts.output.flushSync();
  }
}
