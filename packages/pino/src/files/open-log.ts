import { closeSync, constants, fstatSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { waitUntil } from './blocking-wait.ts';
import { DIRECTORY_MODE, FILE_MODE, FLAGS } from './disk.ts';
import type { Disk, OpenFile } from './disk.ts';

const LINE_BREAK = 10;

export interface OpenLog {
  readonly file: OpenFile;
  readonly inode: bigint;
  readonly device: bigint;
  /** Bytes, as far as is known. */
  size: number;
  /** When it was last written before it was opened, in milliseconds since 1970. */
  readonly touchedAt: number;
  /** The last line has no end: its writer was killed, or the disk was full. What is written next must begin a line. */
  torn: boolean;
}

/** Opens the file under this name and makes it where it is missing, its directory too. Rejects with the file system's error. */
export async function openLog(disk: Disk, path: string): Promise<OpenLog> {
  await disk.makeDirectory(dirname(path));
  const file = await disk.open(path);
  try {
    const { ino: inode, dev: device, size, mtimeMs } = await file.stat();
    const length = Number(size);
    const last = Buffer.alloc(1);
    const torn = length > 0 && (await file.read(last, length - 1)) === 1 && last[0] !== LINE_BREAK;
    return { file, inode, device, size: length, touchedAt: Number(mtimeMs), torn };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Appends at once, and waits for no reader for long where a pipe stands in the place of the file. Throws a {@link PartlyWritten}. */
export function appendSync(path: string, text: string): void {
  let written = 0;
  let lead = 0;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: DIRECTORY_MODE });
    const file = openSync(path, FLAGS | constants.O_NONBLOCK, FILE_MODE);
    try {
      const { size } = fstatSync(file);
      const last = Buffer.alloc(1);
      lead = size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last[0] !== LINE_BREAK ? 1 : 0;
      const bytes = Buffer.from(lead === 1 ? `\n${text}` : text);
      while (written < bytes.length) written += writeSoon(file, bytes.subarray(written));
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw new PartlyWritten(Math.max(0, written - lead), cause);
  }
}

/** Writes the beginning of what is given, and says how many bytes. A pipe that is full gets a moment. */
function writeSoon(file: number, bytes: Uint8Array): number {
  let written = 0;
  const tried = (): boolean => {
    try {
      written = writeSync(file, bytes);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      return false;
    }
  };
  if (!waitUntil(tried)) throw new Error('its reader does not answer');
  return written;
}

/** So many bytes were written, then the file system refused. */
export class PartlyWritten extends Error {
  override readonly name = 'PartlyWritten';
  readonly bytes: number;

  constructor(bytes: number, cause: unknown) {
    super('only a part could be written', { cause });
    this.bytes = bytes;
  }
}

/** How many of the lines stand whole in so many bytes. */
export function wholeLines(lines: readonly string[], bytes: number): number {
  let end = 0;
  let whole = 0;
  for (const line of lines) {
    end += Buffer.byteLength(line);
    if (end > bytes) break;
    whole++;
  }
  return whole;
}
