import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { ifMissing, listSpoolFiles, remove } from './directory.ts';
import { isGone } from './owner.ts';
import type { Owner } from './owner.ts';
import { formatSegmentName, parseSegmentName } from './segment-name.ts';
import type { SegmentName } from './segment-name.ts';

/**
 * A segment whose owner may live is left to it until it has not been touched for this long, in milliseconds. Shorter: two
 * processes write the same activities (which a store keeps once); longer: what a lost machine spooled waits longer.
 */
const UNTOUCHED_FOR = 60_000;

export interface WhichSegments {
  readonly self: Owner;
  /** Whether those of others are wanted, too. */
  readonly others: boolean;
}

/** The segments that this spool may drain, oldest first. */
export async function drainableSegments(directory: string, { self, others }: WhichSegments): Promise<SegmentName[]> {
  const now = Date.now();
  const names: SegmentName[] = [];
  for (const { file, touchedAt } of await listSpoolFiles(directory)) {
    const parsed = parseSegmentName(file);
    if (parsed === undefined) continue;
    const { name, isTemporary } = parsed;
    const mine = name.owner.instance === self.instance;
    const taken = others && (isGone(name.owner, self) || now - touchedAt >= UNTOUCHED_FOR);
    if (!mine && !taken) continue;
    if (isTemporary) await remove(join(directory, file));
    else names.push(name);
  }
  return names;
}

/** Makes a segment our own by renaming it, which one process only can; undefined where another was faster. */
export async function takeOver(directory: string, name: SegmentName, self: Owner): Promise<SegmentName | undefined> {
  const taken = { ...name, owner: self };
  try {
    await rename(join(directory, formatSegmentName(name)), join(directory, formatSegmentName(taken)));
    return taken;
  } catch (error) {
    return ifMissing(error);
  }
}
