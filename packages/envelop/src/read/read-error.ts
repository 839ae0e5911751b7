import { DeedlogError } from '@deedlog/core';
import { GraphQLError } from 'graphql';

const CODES: Readonly<Record<string, string>> = { CURSOR_INVALID: 'BAD_USER_INPUT', QUERY_INVALID: 'BAD_USER_INPUT', READ_DENIED: 'FORBIDDEN' };

export function badInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}

/** What is answered for what a reader threw. Of an error that is not deedlog's nothing is told. */
export function readError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  if (error instanceof DeedlogError && CODES[error.code] !== undefined) {
    const { code, remedy, message } = error;
    return new GraphQLError(message, { extensions: { code: CODES[code], deedlog: { code, remedy } } });
  }
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError('The log could not be read.', { originalError, extensions: { code: 'INTERNAL_SERVER_ERROR' } });
}
