import { endingOfCode } from '@deedlog/core';
import type { Ending, Intent } from '@deedlog/core';
import { codeOf } from './code-of.ts';
import { ABORTED, StreamEnd } from './stream-end.ts';

/** A result that goes on after the resolver has returned. A byte stream is none: wrapping would take its own methods away. */
export function isIterable(data: unknown): data is AsyncIterable<unknown> {
  return typeof data === 'object' && data !== null && Symbol.asyncIterator in data && !(data instanceof ReadableStream) && !('pipe' in data);
}

/**
 * The same stream, each pull of it within the intent, since an async generator runs in the context of whoever pulls.
 * Its end is the end of the intent, stored before the last pull is answered.
 */
export function auditedIterable(source: AsyncIterable<unknown>, intent: Intent): AsyncGenerator<unknown> {
  const stream = new StreamEnd(intent);
  let iterator: AsyncIterator<unknown> | undefined;
  const open = (): AsyncIterator<unknown> => (iterator ??= source[Symbol.asyncIterator]());
  const step = async (pull: () => Promise<IteratorResult<unknown>>, onDone: Ending): Promise<IteratorResult<unknown>> => {
    try {
      const result = await intent.run(pull);
      if (result.done === true) await stream.end(onDone);
      return result;
    } catch (cause) {
      await stream.end(endingOfCode(codeOf(cause)));
      throw cause;
    }
  };
  const audited: AsyncGenerator<unknown> = {
    next: (...args) => step(() => open().next(...args), { outcome: 'success' }),
    return: (value) => step(async () => (await open().return?.(await value)) ?? { done: true, value }, ABORTED),
    throw: (cause) => step(async () => (await open().throw?.(cause)) ?? rethrow(cause), ABORTED),
    [Symbol.asyncIterator]: () => audited,
    [Symbol.asyncDispose]: async () => void (await audited.return(undefined)),
  };
  stream.watch(audited);
  return audited;
}

function rethrow(cause: unknown): never {
  throw cause;
}
