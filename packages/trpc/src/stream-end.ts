import type { Ending, Intent } from '@deedlog/core';

/** The client left, or the server cut the stream: nobody can tell whether the act was done. */
export const ABORTED: Ending = { outcome: 'unknown', code: 'ABORTED' };

/** Ends the intent of a stream, at most once. It must not know the stream, or that could never be collected. */
export class StreamEnd {
  readonly #intent: Intent;
  #ended = false;

  constructor(intent: Intent) {
    this.#intent = intent;
  }

  async end(ending: Ending): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.#intent.end(ending);
  }

  /** tRPC drops a stream without a word where the client did not ask for one: it is then recorded when it is collected. */
  watch(stream: object): void {
    abandoned.register(stream, this);
  }
}

const abandoned = new FinalizationRegistry<StreamEnd>((stream) => void stream.end(ABORTED));
