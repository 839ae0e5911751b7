import { setTimeout } from 'node:timers/promises';

/** The longest time that a timer takes, in milliseconds: some 25 days. It would take a longer one for 1. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * What `work` resolves to, or `late` after `ms` milliseconds. The work is not stopped: whoever calls this must be able to live with a
 * late success. A late failure is told nobody.
 */
export async function within<Result, Late>(ms: number, work: Promise<Result>, late: Late): Promise<Result | Late> {
  const inTime = new AbortController();
  const passed = setTimeout(Math.min(ms, LONGEST_MS), late, { signal: inTime.signal }).catch(() => late);
  try {
    return await Promise.race([work, passed]);
  } finally {
    inTime.abort();
    work.catch(() => undefined);
  }
}
