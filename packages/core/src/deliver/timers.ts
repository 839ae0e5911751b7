// Those that were there at the start: a test with a clock of its own must not stop a queue.
const { setTimeout, clearTimeout } = globalThis;
const { setImmediate = (work: () => void): unknown => setTimeout(work, 0) } = globalThis as { readonly setImmediate?: (work: () => void) => unknown };

/** Resolves after what waits for its turn now, such as requests, has had it. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Calls `late` after so many milliseconds; returns how to call it off. Keeps a process alive: somebody waits. */
export function deadline(milliseconds: number, late: () => void): () => void {
  const timer = setTimeout(late, milliseconds);
  return () => clearTimeout(timer);
}

/** Whether `work` is done within so many milliseconds. Rejects as `work` does. */
export async function within(milliseconds: number, work: PromiseLike<unknown>): Promise<boolean> {
  const late = Promise.withResolvers<false>();
  const callOff = deadline(milliseconds, () => late.resolve(false));
  try {
    return await Promise.race([work.then(() => true), late.promise]);
  } finally {
    callOff();
  }
}
