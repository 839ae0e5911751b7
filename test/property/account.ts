/** What is known of the activities of a program, without asking the log. */
export class Account {
  /** Told by the program, and not rolled back. */
  readonly durable = new Set<string>();
  /** Of intents that ended by an error: they are durable, and may have a second record that says so. */
  readonly failed = new Set<string>();
  /** May have become durable by a transaction beside the one that they ended in. */
  readonly either = new Set<string>();
  /** All that the program told. */
  readonly told = new Set<string>();
  /** How often each way of telling came up, so that a run can show that none was left out. */
  readonly seen = new Map<string, number>();

  count(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }

  forget(): void {
    for (const known of [this.durable, this.failed, this.either, this.told]) known.clear();
  }
}

/** A transaction or savepoint of the program, with the activities that depend on it. */
export class Frame {
  readonly parent: Frame | undefined;
  readonly #account: Account;
  readonly #ids: string[] = [];

  constructor(account: Account, parent?: Frame) {
    this.#account = account;
    this.parent = parent;
  }

  add(id: string): void {
    this.#ids.push(id);
  }

  /** What is rolled back is simply forgotten. */
  committed(): void {
    for (const id of this.#ids) {
      if (this.parent === undefined) this.#account.durable.add(id);
      else this.parent.add(id);
    }
  }
}
