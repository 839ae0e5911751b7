import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, unlinkSync } from 'node:fs';
import { lstat, open, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { spoolError } from './errors.ts';
import { isSpoolFile } from './segment-name.ts';

/** Only the owner may read what is spooled: it is the log. */
export const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

/** Makes the directory and writes a file into it, so that a wrong set-up fails at the start and not in the first outage. */
export function prepareDirectory(directory: string): void {
  const probe = join(directory, `deedlog-probe-${randomBytes(8).toString('hex')}`);
  try {
    mkdirSync(directory, { recursive: true, mode: DIRECTORY_MODE });
    closeSync(openSync(probe, 'wx', FILE_MODE));
    unlinkSync(probe);
  } catch (cause) {
    throw spoolError('SPOOL_DIRECTORY_UNUSABLE', directory, cause);
  }
}

export interface SpoolFile {
  readonly file: string;
  readonly bytes: number;
  /** When it was last written, in milliseconds since 1970. */
  readonly touchedAt: number;
}

/** The spool's regular files, of all processes, oldest first. */
export async function listSpoolFiles(directory: string): Promise<SpoolFile[]> {
  const names = (await readdir(directory)).filter(isSpoolFile).toSorted();
  const files = await Promise.all(names.map((file) => describe(directory, file)));
  return files.filter((file) => file !== undefined);
}

async function describe(directory: string, file: string): Promise<SpoolFile | undefined> {
  const stats = await lstat(join(directory, file)).catch(ifMissing);
  return stats?.isFile() === true ? { file, bytes: stats.size, touchedAt: stats.mtimeMs } : undefined;
}

/** Makes created, renamed and removed names durable. Not every system can; there it is the file system's work. */
export async function syncDirectory(directory: string): Promise<void> {
  try {
    const handle = await open(directory, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** Removes a file; one that another process has removed or taken over is none of ours. */
export async function remove(path: string): Promise<void> {
  await unlink(path).catch(ifMissing);
}

/** For `catch`: a file that is gone is undefined, every other error stays one. */
export function ifMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
