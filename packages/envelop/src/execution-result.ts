import type { GraphQLError } from 'graphql';

/** Runs a function in a scope that was opened before. */
export type InScope = <Result>(body: () => Result) => Result;

interface Answered {
  readonly errors?: readonly GraphQLError[];
  readonly initialResult?: { readonly errors?: readonly GraphQLError[] };
  readonly subsequentResults?: unknown;
}

/** The errors of an answer, or of the first part of an incremental one. */
export function errorsOf(result: unknown): readonly GraphQLError[] {
  const { errors, initialResult } = (result ?? {}) as Answered;
  return errors ?? initialResult?.errors ?? [];
}

export function isAsyncIterable(value: unknown): value is AsyncIterableIterator<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/**
 * The answer, with the parts that are still to come bound to the scope: graphql 17 executes a deferred part when it is
 * pulled, which happens in the scope of whoever pulls.
 */
export function bindResult<Result>(result: Result, inScope: InScope): Result {
  if (result instanceof Promise) return result.then((settled: unknown) => bindResult(settled, inScope)) as Result;
  if (isAsyncIterable(result)) return bindIterator(result, inScope) as Result;
  const { subsequentResults } = (result ?? {}) as Answered;
  return isAsyncIterable(subsequentResults) ? { ...result, subsequentResults: bindIterator(subsequentResults, inScope) } : result;
}

function bindIterator(source: AsyncIterable<unknown>, inScope: InScope): AsyncIterableIterator<unknown> {
  const iterator = source[Symbol.asyncIterator]();
  const bound: AsyncIterableIterator<unknown> & AsyncDisposable = {
    next: () => inScope(() => iterator.next()),
    return: (value?: unknown) => inScope(() => iterator.return?.(value) ?? Promise.resolve({ done: true, value })),
    throw: (error?: unknown) => inScope(() => iterator.throw?.(error) ?? Promise.reject(error)),
    [Symbol.asyncIterator]: () => bound,
    [Symbol.asyncDispose]: async () => void (await bound.return?.()),
  };
  return bound;
}
