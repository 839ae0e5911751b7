import { readProperty } from './read-property.ts';
import { errorName } from './safe-text.ts';

/** How an act ended. `unknown`: it was cut off before anybody could tell. */
export type Outcome = 'success' | 'failure' | 'denied' | 'unknown';

/** The end of an intent as an adapter reports it. `code` is the error code of the host, for example `FORBIDDEN`. */
export interface Ending {
  readonly outcome: Outcome;
  readonly code?: string | undefined;
}

/** What a code looks like that an error carries on purpose: `NOT_FOUND`, `ECONNREFUSED`. */
const CODE_FORM = /^[A-Z][A-Z0-9_]{1,63}$/;

/** The end of an act that threw: by the error's own `code` or `extensions.code`, else by its name. Never by its text. */
export function endingOfError(error: unknown): Ending {
  const stated = [propertyOf(error, 'code'), propertyOf(propertyOf(error, 'extensions'), 'code')].find((one): one is string => typeof one === 'string' && CODE_FORM.test(one));
  return endingOfCode(stated ?? errorName(error));
}

/** What is thrown may be anything, a proxy that throws in its turn included; that must not take the place of the caller's error. */
function propertyOf(owner: unknown, name: string): unknown {
  return typeof owner === 'object' && owner !== null ? readProperty(owner, name) : undefined;
}

const DENIED_CODES: ReadonlySet<string> = new Set(['UNAUTHORIZED', 'UNAUTHENTICATED', 'FORBIDDEN']);

/** A refusal for lack of identity or permission is `denied`; every other error is `failure`. */
export function endingOfCode(code: string): Ending {
  return { outcome: DENIED_CODES.has(code) ? 'denied' : 'failure', code };
}
