/** What does not go on for so many milliseconds will not do so before the process ends. */
const PATIENCE_MS = 250;

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Blocks until `isDone`, which is asked each millisecond. False: it was not, for as long as one may block. */
export function waitUntil(isDone: () => boolean): boolean {
  const late = performance.now() + PATIENCE_MS;
  while (!isDone()) {
    if (performance.now() > late) return false;
    Atomics.wait(sleeper, 0, 0, 1);
  }
  return true;
}
