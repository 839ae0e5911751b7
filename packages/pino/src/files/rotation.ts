import { randomBytes } from 'node:crypto';
import { basename, dirname, extname, join } from 'node:path';
import type { Disk } from './disk.ts';

export interface RotateOptions {
  /** A file is rotated before a line would make it larger than this. Bytes. Default: no limit. */
  readonly maxBytes?: number;
  /** A file is rotated by the first line of another hour or day in UTC, or of another span of so many milliseconds since 1970. Default: never. */
  readonly every?: 'hour' | 'day' | number;
  /** How many rotated files of each kind stay; older ones are deleted. Default: all. */
  readonly keep?: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** After a rename that failed, the next one is tried so many milliseconds later. */
const RETRY_MS = 60_000;

/** Renames a log file that is full or of yesterday, so that the next line begins a new one, and deletes those too many. */
export class Rotation {
  readonly #path: string;
  readonly #maxBytes: number;
  readonly #span: number | undefined;
  readonly #keep: number;
  #retryAt = 0;
  #lastStamp = 0;

  constructor(path: string, { maxBytes = Infinity, every, keep = Infinity }: RotateOptions) {
    this.#path = path;
    this.#maxBytes = maxBytes;
    this.#span = every === 'hour' ? HOUR : every === 'day' ? DAY : every;
    this.#keep = keep;
  }

  /** `size` and `touchedAt` (milliseconds since 1970) of the file, `next`: bytes of the line that is to come. */
  due(size: number, touchedAt: number, next: number): boolean {
    const now = Date.now();
    if (size === 0 || now < this.#retryAt) return false;
    return size + next > this.#maxBytes || (this.#span !== undefined && Math.floor(now / this.#span) > Math.floor(touchedAt / this.#span));
  }

  /** Bytes that a file of this size may still take. */
  room(size: number): number {
    return Date.now() < this.#retryAt ? Infinity : this.#maxBytes - size;
  }

  /** Rejects with the file system's error; the file is then still the one under its name. */
  async rotate(disk: Disk): Promise<void> {
    try {
      await disk.rename(this.#path, this.#nextName());
    } catch (error) {
      this.#retryAt = Date.now() + RETRY_MS;
      throw error;
    }
  }

  /** Deletes what is older than the files to keep. */
  async removeOld(disk: Disk): Promise<void> {
    if (this.#keep === Infinity) return;
    const directory = dirname(this.#path);
    const rotated = (await disk.list(directory)).filter((file) => this.#isRotated(file)).toSorted();
    for (const file of rotated.slice(0, Math.max(0, rotated.length - this.#keep))) await disk.remove(join(directory, file));
  }

  /** `audit.20261121T164027123Z-9f86d081.log`: sorted by name is sorted by time, and no two processes choose the same. */
  #nextName(): string {
    this.#lastStamp = Math.max(Date.now(), this.#lastStamp + 1);
    const stamp = new Date(this.#lastStamp).toISOString().replaceAll(/[-:.]/g, '');
    const extension = extname(this.#path);
    return join(dirname(this.#path), `${basename(this.#path, extension)}.${stamp}-${randomBytes(4).toString('hex')}${extension}`);
  }

  #isRotated(file: string): boolean {
    const extension = extname(this.#path);
    const stem = `${basename(this.#path, extension)}.`;
    return file.startsWith(stem) && file.endsWith(extension) && /^\d{8}T\d{9}Z-[\da-f]{8}$/.test(file.slice(stem.length, file.length - extension.length));
  }
}
