/** Lines that wait for their file, first in, first out, and those who wait for them. */
export class WaitingLines {
  #lines: string[] = [];
  #characters = 0;
  /** How many lines came, and how many are dealt with. */
  #came = 0;
  #done = 0;
  #waiters: { readonly until: number; readonly resolve: () => void }[] = [];

  get some(): boolean {
    return this.#lines.length > 0;
  }

  /** Length of all in UTF-16 units. */
  get characters(): number {
    return this.#characters;
  }

  /** Of the first, with its line break. */
  get bytesOfFirst(): number {
    return Buffer.byteLength(this.#lines[0] ?? '');
  }

  add(line: string): void {
    this.#lines.push(line);
    this.#characters += line.length;
    this.#came++;
  }

  /** Takes the next lines, in all not more than so many bytes; but at least one. */
  take(bytes: number): readonly string[] {
    let count = 0;
    let taken = 0;
    for (const line of this.#lines) {
      taken += Buffer.byteLength(line);
      if (count > 0 && taken > bytes) break;
      count++;
    }
    const lines = this.#lines.splice(0, count);
    for (const line of lines) this.#characters -= line.length;
    return lines;
  }

  /** Lines that were taken wait again, before all others. */
  putBack(lines: readonly string[]): void {
    this.#lines = [...lines, ...this.#lines];
    for (const line of lines) this.#characters += line.length;
  }

  /** So many lines that were taken are written or lost. */
  settle(count: number): void {
    this.#done += count;
    while (this.#waiters[0] !== undefined && this.#waiters[0].until <= this.#done) this.#waiters.shift()?.resolve();
  }

  /** Resolves once every line that came so far is written or lost. */
  settled(): Promise<void> {
    if (this.#done >= this.#came) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ until: this.#came, resolve }));
  }
}
