import type { Ending, Intent } from '@deedlog/core';

/** What the end of a stream needs to become the end of an intent. */
export interface StreamAudit {
  readonly intent: Intent;
  /** Aborted once the client is gone. */
  readonly signal: AbortSignal | undefined;
  /** The tRPC code of an error. */
  readonly codeOf: (cause: unknown) => string;
}

/** The client left, or the server cut the stream: nobody can tell whether the act was done. */
export const ABORTED: Ending = { outcome: 'unknown', code: 'ABORTED' };
