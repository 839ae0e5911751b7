import { isThenable } from '../thenable.ts';
import type { Sink } from './sink.ts';

/** Has a sink hand on what it holds. Never throws; `failed` is told, also where the sink promised and failed later. */
export function flushSink(sink: Sink, failed: (cause: unknown) => void): void {
  try {
    const flushed: unknown = sink.flushSync?.();
    if (isThenable(flushed)) flushed.then(undefined, failed);
  } catch (cause) {
    failed(cause);
  }
}
