import { timestampText } from '../timestamp.ts';

/** Lines that a file did not get. */
export interface Lost {
  readonly lines: number;
  /** When the first and the last of them were lost, in milliseconds since 1970. */
  readonly from: number;
  readonly until: number;
}

/** What a file did not get and has not said yet. */
export class Loss {
  #lost: Lost | undefined;

  get some(): boolean {
    return this.#lost !== undefined;
  }

  add(more: Lost): void {
    const { lines, from, until } = this.#lost ?? { ...more, lines: 0 };
    if (more.lines > 0) this.#lost = { lines: lines + more.lines, from: Math.min(from, more.from), until: Math.max(until, more.until) };
  }

  /** Takes it, to be written; what then was not written is added again. */
  take(): Lost | undefined {
    const lost = this.#lost;
    this.#lost = undefined;
    return lost;
  }
}

/** The line that says so, in the shape of all others; '' where nothing is to be said. */
export function lossNote(lost: Lost | undefined): string {
  if (lost === undefined) return '';
  const [from, until] = [lost.from, lost.until].map((time) => new Date(time).toISOString());
  const message = `${lost.lines} ${lost.lines === 1 ? 'line' : 'lines'} could not be written to this file`;
  return `${JSON.stringify({ timestamp: timestampText(new Date()), level: 'WARN', name: 'audit.delivery', record: 'loss', message, dropped: lost.lines, from, until })}\n`;
}
