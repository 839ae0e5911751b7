import { fstatSync } from 'node:fs';
import { waitUntil } from './blocking-wait.ts';

/** A write that makes a file of `start` bytes one of `end`. */
export interface InFlight {
  readonly fd: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Blocks until the write is done: the thread that writes needs no turn of the event loop, but an exit could come before it. False: the
 * disk does not answer, and whoever writes to it now may hang. A file that was cut meanwhile, and what is no file, tell nothing.
 */
export function waitForWrite({ fd, start, end }: InFlight): boolean {
  try {
    return waitUntil(() => {
      const stats = fstatSync(fd);
      return !stats.isFile() || stats.size < start || stats.size >= end;
    });
  } catch {
    // Closed meanwhile: nothing is under way.
    return true;
  }
}
