import { DeedlogError } from '@deedlog/core';
import type { Activity } from '@deedlog/core';
import { spoolError } from './errors.ts';
import type { Owner } from './owner.ts';
import type { Refusals } from './refusals.ts';
import type { SegmentName } from './segment-name.ts';
import { readSegment, replaceSegment, setAside } from './segment-reader.ts';
import type { SegmentContent } from './segment-reader.ts';
import { drainableSegments, takeOver } from './take-over.ts';

export interface SpoolCounters {
  /** Lines that could not be read back. */
  readonly corrupt: number;
  /** Last lines that were cut off when a process died. */
  readonly torn: number;
  /** Segments taken over from other processes. */
  readonly takenOver: number;
}

export interface DrainParts {
  readonly directory: string;
  readonly owner: Owner;
  readonly counters: { -readonly [Name in keyof SpoolCounters]: number };
  readonly refusals: Refusals;
  readonly onProblem: (problem: DeedlogError) => void;
  /** Ends the segment that is being written, so that it can be drained. */
  readonly seal: () => Promise<void>;
  readonly write: (activities: readonly Activity[]) => Promise<void>;
}

/** Activities per call of `write`: few enough for one statement, many enough to empty a spool quickly. */
const BATCH_SIZE = 100;

/**
 * Hands everything to `write`, oldest first, also what is added meanwhile; at the end those that were refused alone before.
 * Rejects with the rejection of `write`, as it is.
 */
export async function drainSegments(parts: DrainParts): Promise<number> {
  let written = 0;
  // Those of others once only: a writer whose segments are taken faster than it can begin them would never get done.
  for (let others = true; ; others = false) {
    const count = await drainRound(parts, { others, last: false });
    written += count;
    if (count === 0) break;
  }
  return parts.refusals.none ? written : written + (await drainRound(parts, { others: false, last: true }));
}

interface Round {
  /** Whether segments of others are taken over, too. */
  readonly others: boolean;
  /** Whether it is the turn of those that were refused alone; they come last, so that they hold nobody up. */
  readonly last: boolean;
}

async function drainRound(parts: DrainParts, { others, last }: Round): Promise<number> {
  const { directory, owner, seal } = parts;
  const names = await reading(async () => {
    await seal();
    return drainableSegments(directory, { self: owner, others });
  });
  let written = 0;
  for (const name of names) written += await drainSegment(name, parts, last);
  return written;
}

/** How many activities were written; none where another process was faster. */
async function drainSegment(name: SegmentName, parts: DrainParts, last: boolean): Promise<number> {
  const { directory, owner, counters, refusals } = parts;
  const own = name.owner.instance === owner.instance ? name : await reading(() => takeOver(directory, name, owner));
  const content = own === undefined ? undefined : await reading(() => readSegment(directory, own));
  if (own === undefined || content === undefined) return 0;
  if (own !== name) counters.takenOver++;
  const turn = content.activities.filter(({ id }) => refusals.has(id) === last);
  const gone = new Set<Activity>();
  const left = (): SegmentContent => ({ ...content, activities: content.activities.filter((activity) => !gone.has(activity)) });
  while (gone.size < turn.length) {
    const batch = turn.slice(gone.size, gone.size + (last ? 1 : refusals.batchSize(BATCH_SIZE)));
    try {
      await parts.write(batch);
    } catch (rejection) {
      refusals.add(batch);
      // What was written is forgotten; should that fail it is written twice, which a store keeps once.
      if (gone.size > 0) await settle(own, left(), parts).catch(() => undefined);
      throw rejection;
    }
    refusals.remove(batch);
    for (const activity of batch) gone.add(activity);
  }
  const untouched = gone.size === 0 && content.activities.length > 0 && content.corrupt.length === 0 && content.torn === undefined;
  if (!untouched) await reading(() => settle(own, left(), parts));
  return gone.size;
}

/** Sets aside what cannot be read, then leaves of the segment what is still to be written. */
async function settle(name: SegmentName, { activities, corrupt, torn }: SegmentContent, parts: DrainParts): Promise<void> {
  const { directory, counters, onProblem } = parts;
  const unreadable = torn === undefined ? corrupt : [...corrupt, torn];
  if (unreadable.length > 0) await setAside(directory, name, unreadable);
  await replaceSegment(directory, name, activities);
  counters.corrupt += corrupt.length;
  if (corrupt.length > 0) onProblem(spoolError('SPOOL_LINE_CORRUPT', `${corrupt.length} in segment ${name.id}`));
  if (torn !== undefined) {
    counters.torn++;
    onProblem(spoolError('SPOOL_LINE_TORN', `segment ${name.id}`));
  }
}

async function reading<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    throw cause instanceof DeedlogError ? cause : spoolError('SPOOL_READ_FAILED', (cause as NodeJS.ErrnoException).code, cause);
  }
}
