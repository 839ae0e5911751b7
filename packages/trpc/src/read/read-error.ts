import { DeedlogError } from '@deedlog/core';
import { TRPCError } from '@trpc/server';

const CODES: Readonly<Record<string, TRPCError['code']>> = { CURSOR_INVALID: 'BAD_REQUEST', QUERY_INVALID: 'BAD_REQUEST', READ_DENIED: 'FORBIDDEN' };

/** What tRPC answers for what a reader threw. Of an error that is not deedlog's only the host learns what it says. */
export function readError(error: unknown): TRPCError {
  if (error instanceof TRPCError) return error;
  const code = error instanceof DeedlogError ? CODES[error.code] : undefined;
  if (code !== undefined) return new TRPCError({ code, message: (error as DeedlogError).message, cause: error });
  return new TRPCError({ code: 'INTERNAL_SERVER_ERROR', message: 'The log could not be read.', cause: error });
}
