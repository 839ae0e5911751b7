/** How an act ended. `unknown`: it was cut off before anybody could tell. */
export type Outcome = 'success' | 'failure' | 'denied' | 'unknown';

/** The end of an intent as an adapter reports it. `code` is the error code of the host, for example `FORBIDDEN`. */
export interface Ending {
  readonly outcome: Outcome;
  readonly code?: string | undefined;
}

const DENIED_CODES: ReadonlySet<string> = new Set(['UNAUTHORIZED', 'UNAUTHENTICATED', 'FORBIDDEN']);

/** A refusal for lack of identity or permission is `denied`; every other error is `failure`. */
export function endingOfCode(code: string): Ending {
  return { outcome: DENIED_CODES.has(code) ? 'denied' : 'failure', code };
}
