import type { SinkLoss } from './sink.ts';

/** How many records did not reach a sink in a row of losses: one report at its begin and one at its end are enough. */
export class Spell {
  #count = 0;
  #from = 0;
  #until = 0;

  get lasts(): boolean {
    return this.#count > 0;
  }

  /** Whether a spell begins with these. */
  add(count: number): boolean {
    const begins = !this.lasts;
    this.#until = Date.now();
    if (begins) this.#from = this.#until;
    this.#count += count;
    return begins;
  }

  /** Ends it. Undefined: there was none. */
  end(): SinkLoss | undefined {
    if (!this.lasts) return undefined;
    const loss: SinkLoss = { dropped: this.#count, from: new Date(this.#from), until: new Date(this.#until) };
    this.#count = 0;
    return loss;
  }
}

/** Two spells told as one. */
export function bothLosses(one: SinkLoss | undefined, other: SinkLoss | undefined): SinkLoss | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return { dropped: one.dropped + other.dropped, from: one.from < other.from ? one.from : other.from, until: one.until > other.until ? one.until : other.until };
}

/** For the report of a spell's end. */
export function lossText({ dropped, from, until }: SinkLoss): string {
  return `${dropped} records from ${from.toISOString()} until ${until.toISOString()}`;
}
