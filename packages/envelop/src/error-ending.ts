import { endingOfCode } from '@deedlog/core';
import type { Ending } from '@deedlog/core';

/** What Apollo Server and Yoga call an error that nobody declared. */
const UNEXPECTED_CODE = 'INTERNAL_SERVER_ERROR';

/** The end of an act whose resolver threw, or returned, this error. */
export function endingOfError(error: unknown): Ending {
  return endingOfCode(declaredCode(error) ?? UNEXPECTED_CODE);
}

/** The code that the error, or the one inside, declares in its extensions; undefined where none does. Never throws. */
export function declaredCode(error: unknown): string | undefined {
  try {
    return searchCode(error, MAX_DEPTH);
  } catch {
    return undefined;
  }
}

/** Longest chain of `originalError` and `errors` that is followed. */
const MAX_DEPTH = 4;

interface ErrorParts {
  readonly extensions?: { readonly code?: unknown; readonly http?: { readonly status?: unknown } };
  readonly originalError?: unknown;
  readonly errors?: unknown;
}

function searchCode(error: unknown, depth: number): string | undefined {
  if (typeof error !== 'object' || error === null || depth === 0) return undefined;
  const { extensions, originalError, errors } = error as ErrorParts;
  const code = extensions?.code;
  if (typeof code === 'string' && code !== '') return code;
  const inner = [originalError, ...(Array.isArray(errors) ? (errors as unknown[]).slice(0, MAX_DEPTH) : [])];
  for (const one of inner) {
    const found = searchCode(one, depth - 1);
    if (found !== undefined) return found;
  }
  return codeOfStatus(extensions?.http?.status);
}

/** Yoga lets an error declare its HTTP status in place of a code. */
function codeOfStatus(status: unknown): string | undefined {
  if (status === 401) return 'UNAUTHENTICATED';
  return status === 403 ? 'FORBIDDEN' : undefined;
}
