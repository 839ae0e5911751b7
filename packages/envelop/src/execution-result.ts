import { AsyncLocalStorage } from 'node:async_hooks';
import type { GraphQLError } from 'graphql';

/** Is given the errors of an answer before it goes out. */
export type InspectErrors = (errors: readonly GraphQLError[]) => Promise<void>;

type InScope = <Result>(body: () => Result) => Result;

interface Answered {
  readonly errors?: readonly GraphQLError[];
  readonly initialResult?: { readonly errors?: readonly GraphQLError[] };
  readonly subsequentResults?: unknown;
}

/** The errors of an answer, or of the first part of an incremental one: a root field cannot be deferred. */
export function errorsOf(result: unknown): readonly GraphQLError[] {
  const { errors, initialResult } = (result ?? {}) as Answered;
  return errors ?? initialResult?.errors ?? [];
}

export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/**
 * The answer, once its errors were looked at, in the scope where this is called. Parts that are still to come are bound to
 * that scope: graphql 17 executes a deferred part when it is pulled, which happens in the scope of whoever pulls.
 */
export function inspectResult<Result>(result: Result, inspect: InspectErrors): Result {
  if (isPromiseLike(result)) return result.then((settled) => inspectResult(settled, inspect)) as Result;
  const bound = bindParts(result, inspect);
  const errors = errorsOf(result);
  return errors.length === 0 ? bound : (inspect(errors).then(() => bound) as Result);
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

function bindParts<Result>(result: Result, inspect: InspectErrors): Result {
  if (isAsyncIterable(result)) return bindIterator(result, inspect) as Result;
  const { subsequentResults } = (result ?? {}) as Answered;
  return isAsyncIterable(subsequentResults) ? { ...result, subsequentResults: bindIterator(subsequentResults) } : result;
}

/** With `inspect` the first part is the beginning of the answer. */
function bindIterator(source: AsyncIterable<unknown>, inspect?: InspectErrors): AsyncIterableIterator<unknown> {
  // Taken only here: a snapshot costs as much as the rest of the audit of an operation.
  const inScope: InScope = AsyncLocalStorage.snapshot();
  const iterator = source[Symbol.asyncIterator]();
  let first = inspect;
  const next = async (): Promise<IteratorResult<unknown>> => {
    const check = first;
    first = undefined;
    const part = await iterator.next();
    const errors = errorsOf(part.value);
    if (check !== undefined && errors.length > 0) await check(errors);
    return part;
  };
  const bound: AsyncIterableIterator<unknown> & AsyncDisposable = {
    next: () => inScope(next),
    return: (value?: unknown) => inScope(() => iterator.return?.(value) ?? Promise.resolve({ done: true, value })),
    throw: (error?: unknown) => inScope(() => iterator.throw?.(error) ?? Promise.reject(error)),
    [Symbol.asyncIterator]: () => bound,
    [Symbol.asyncDispose]: async () => void (await bound.return?.()),
  };
  return bound;
}
