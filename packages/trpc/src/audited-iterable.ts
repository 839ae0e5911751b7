import { endingOfCode, type Ending } from '@deedlog/core';
import { ABORTED, type StreamAudit } from './stream-audit.ts';

/** A result that goes on after the resolver has returned. A byte stream is none: wrapping would take its own methods away. */
export function isIterable(data: unknown): data is AsyncIterable<unknown> {
  return typeof data === 'object' && data !== null && Symbol.asyncIterator in data && !(data instanceof ReadableStream) && !('pipe' in data);
}

/**
 * The same stream, each pull of it within the intent, since an async generator runs in the context of whoever pulls.
 * Its end is the end of the intent, stored before the last pull is answered.
 */
export function auditedIterable(source: AsyncIterable<unknown>, audit: StreamAudit): AsyncGenerator<unknown> {
  const { intent, codeOf } = audit;
  const end = endOnce(audit, () => iterator === undefined);
  let iterator: AsyncIterator<unknown> | undefined;
  const open = (): AsyncIterator<unknown> => (iterator ??= source[Symbol.asyncIterator]());
  const step = async (pull: () => Promise<IteratorResult<unknown>>, onDone: Ending): Promise<IteratorResult<unknown>> => {
    try {
      const result = await intent.run(pull);
      if (result.done === true) await end(onDone);
      return result;
    } catch (cause) {
      await end(endingOfCode(codeOf(cause)));
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
  return audited;
}

/** Ends the intent at most once; also where the client goes before the first pull, since tRPC then drops a stream without a word. */
function endOnce({ intent, signal }: StreamAudit, isUntouched: () => boolean): (ending: Ending) => Promise<void> {
  let ended = false;
  const end = async (ending: Ending): Promise<void> => {
    if (ended) return;
    ended = true;
    signal?.removeEventListener('abort', onAbort);
    await intent.end(ending);
  };
  const onAbort = (): void => {
    if (isUntouched()) void end(ABORTED);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  return end;
}

function rethrow(cause: unknown): never {
  throw cause;
}
