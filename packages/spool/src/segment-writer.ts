import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { FILE_MODE, ifMissing, remove, syncDirectory } from './directory.ts';
import { formatSegmentName, newSegmentName } from './segment-name.ts';
import type { Owner } from './owner.ts';

/** A segment that this process appends to. */
export class SegmentWriter {
  readonly #handle: FileHandle;
  readonly #path: string;
  /** Up to here every line is whole and synced. */
  #length = 0;

  private constructor(handle: FileHandle, path: string) {
    this.#handle = handle;
    this.#path = path;
  }

  static async begin(directory: string, owner: Owner): Promise<SegmentWriter> {
    const path = join(directory, formatSegmentName(newSegmentName(owner)));
    const writer = new SegmentWriter(await open(path, 'ax', FILE_MODE), path);
    try {
      await syncDirectory(directory);
      return writer;
    } catch (error) {
      await writer.end();
      throw error;
    }
  }

  get length(): number {
    return this.#length;
  }

  /** Resolves when the bytes are on the disk. Rejects with the file system's error; the segment must then be ended. */
  async append(bytes: Uint8Array): Promise<void> {
    for (let written = 0; written < bytes.length; ) {
      written += (await this.#handle.write(bytes, written)).bytesWritten;
    }
    await this.#handle.sync();
    this.#length += bytes.length;
  }

  /**
   * Whether the segment still stands under its name. If it does after {@link append}, then whoever takes it over renames it
   * later and reads what was appended; if not, the new bytes may have come too late and must be written again.
   */
  async isOwn(): Promise<boolean> {
    const named = await stat(this.#path, { bigint: true }).catch(ifMissing);
    if (named === undefined) return false;
    const opened = await this.#handle.stat({ bigint: true });
    return named.ino === opened.ino && named.dev === opened.dev;
  }

  /** Cuts off what a failed write left, as far as that works, and closes the file. */
  async end(): Promise<void> {
    await this.#handle.truncate(this.#length).catch(() => undefined);
    const empty = this.#length === 0 && (await this.isOwn().catch(() => false));
    await this.#handle.close();
    if (empty) await remove(this.#path);
  }
}
