import { constants } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Activity } from '@deedlog/core';
import { fromLine, toLine } from './activity-line.ts';
import { FILE_MODE, ifMissing, remove, syncDirectory } from './directory.ts';
import { corruptFileName, formatSegmentName } from './segment-name.ts';
import type { SegmentName } from './segment-name.ts';

const LINE_FEED = 0x0a;

/** What a segment holds. */
export interface SegmentContent {
  readonly activities: readonly Activity[];
  /** Lines that are no activity. */
  readonly corrupt: readonly Uint8Array[];
  /** What stands after the last line feed and is no activity: a write that was cut off. */
  readonly torn: Uint8Array | undefined;
}

/** Reads a segment; undefined where another process has taken it. A link is not followed. */
export async function readSegment(directory: string, name: SegmentName): Promise<SegmentContent | undefined> {
  const handle = await open(join(directory, formatSegmentName(name)), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)).catch(ifMissing);
  if (handle === undefined) return undefined;
  try {
    return parseSegment(await handle.readFile());
  } finally {
    await handle.close();
  }
}

function parseSegment(bytes: Uint8Array): SegmentContent {
  const activities: Activity[] = [];
  const corrupt: Uint8Array[] = [];
  let start = 0;
  for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
    const line = bytes.subarray(start, end);
    const activity = fromLine(line);
    if (activity !== undefined) activities.push(activity);
    else if (line.length > 0) corrupt.push(line);
    start = end + 1;
  }
  const rest = bytes.subarray(start);
  // Whole but for its line feed: it is an activity like any other.
  const last = rest.length === 0 ? undefined : fromLine(rest);
  if (last !== undefined) activities.push(last);
  return { activities, corrupt, torn: rest.length === 0 || last !== undefined ? undefined : rest };
}

/** Keeps unreadable bytes for somebody to look at. */
export async function setAside(directory: string, name: SegmentName, lines: readonly Uint8Array[]): Promise<void> {
  const handle = await open(join(directory, corruptFileName(name)), 'a', FILE_MODE);
  try {
    await handle.appendFile(Buffer.concat(lines.flatMap((line) => [line, Buffer.of(LINE_FEED)])));
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Replaces a segment by what is left of it, in one step; removes it where nothing is. */
export async function replaceSegment(directory: string, name: SegmentName, left: readonly Activity[]): Promise<void> {
  const path = join(directory, formatSegmentName(name));
  if (left.length === 0) return remove(path);
  const temporary = `${path}.tmp`;
  const handle = await open(temporary, 'wx', FILE_MODE);
  try {
    await handle.writeFile(left.map(toLine).join(''));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
  await syncDirectory(directory);
}
