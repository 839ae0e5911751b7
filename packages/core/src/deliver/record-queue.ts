/** Gives records of one kind to the sink, and returns what that answers. */
export type Hand = (records: readonly object[]) => unknown;

/** Records of one kind that came one after the other: what a sink gets at one go. */
export interface Run {
  readonly hand: Hand;
  readonly records: readonly object[];
  readonly characters: number;
}

interface OpenRun extends Run {
  readonly records: object[];
  characters: number;
  next: OpenRun | undefined;
}

/** First in, first out, over all kinds. A list of runs: to add a record costs the same however many wait. */
export class RecordQueue {
  #length = 0;
  #characters = 0;
  #first: OpenRun | undefined;
  #last: OpenRun | undefined;
  readonly #longest: number;

  /** `longest`: most records of one run. */
  constructor(longest: number) {
    this.#longest = longest;
  }

  get length(): number {
    return this.#length;
  }

  get characters(): number {
    return this.#characters;
  }

  add(hand: Hand, record: object, characters: number): void {
    const run = this.#runFor(hand);
    run.records.push(record);
    run.characters += characters;
    this.#length++;
    this.#characters += characters;
  }

  take(): Run | undefined {
    const run = this.#first;
    if (run === undefined) return undefined;
    this.#first = run.next;
    if (run === this.#last) this.#last = undefined;
    this.#length -= run.records.length;
    this.#characters -= run.characters;
    return run;
  }

  /** How many records it forgot. */
  clear(): number {
    const { length } = this;
    this.#first = this.#last = undefined;
    this.#length = this.#characters = 0;
    return length;
  }

  #runFor(hand: Hand): OpenRun {
    const last = this.#last;
    if (last?.hand === hand && last.records.length < this.#longest) return last;
    const run: OpenRun = { hand, records: [], characters: 0, next: undefined };
    if (last === undefined) this.#first = run;
    else last.next = run;
    this.#last = run;
    return run;
  }
}
