/** So many pieces are kept apart; more are put together, so that a body of many small chunks costs no memory. */
const MAX_PIECES = 64;

/** The beginning of a body as it passes by: at most `limit` bytes are kept, and none once there were more. */
export class BodyBytes {
  readonly #limit: number;
  #pieces: Buffer[] = [];
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes that passed, until there were more than are kept. */
  get size(): number {
    return this.#size;
  }

  get overflowed(): boolean {
    return this.#size > this.#limit;
  }

  /** What is no text and no bytes does not count. `encoding` is that of a text; default UTF-8. Never throws. */
  add(chunk: unknown, encoding?: unknown): void {
    if (this.overflowed) return;
    if (typeof chunk === 'string') {
      const known = typeof encoding === 'string' && Buffer.isEncoding(encoding) ? encoding : 'utf8';
      this.#take(Buffer.byteLength(chunk, known), () => Buffer.from(chunk, known));
      // A copy: whoever made the chunk may use its memory again.
    } else if (chunk instanceof Uint8Array) this.#take(chunk.byteLength, () => Buffer.from(chunk));
  }

  /** All of it, as one piece; undefined where there was more than is kept. */
  bytes(): Uint8Array | undefined {
    return this.overflowed ? undefined : this.#whole();
  }

  #take(size: number, copy: () => Buffer): void {
    this.#size += size;
    if (this.overflowed) this.#pieces = [];
    else if (size > 0) this.#pieces.push(copy());
    if (this.#pieces.length > MAX_PIECES) this.#pieces = [this.#whole()];
  }

  #whole(): Buffer {
    const [first, ...more] = this.#pieces;
    return first !== undefined && more.length === 0 ? first : Buffer.concat(this.#pieces);
  }
}
