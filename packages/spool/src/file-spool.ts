import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DeedlogError } from '@deedlog/core';
import type { Activity, Spool } from '@deedlog/core';
import { toLine } from './activity-line.ts';
import { listSpoolFiles, prepareDirectory } from './directory.ts';
import { drainSegments } from './drain-segments.ts';
import type { SpoolCounters } from './drain-segments.ts';
import { spoolError } from './errors.ts';
import { closeOwner, openOwner } from './owner.ts';
import type { Owner } from './owner.ts';
import { Refusals } from './refusals.ts';
import { SegmentWriter } from './segment-writer.ts';

export interface FileSpoolOptions {
  /**
   * Most bytes of all files in the directory, of all its processes; beyond, `add` rejects with `SPOOL_FULL`. Processes that
   * add at the same moment can exceed it by a write each. Default 256 MiB: some 200,000 activities.
   */
  readonly maxBytes?: number;
  /** Told about lines that were set aside. Default: a process warning. */
  readonly onProblem?: (problem: DeedlogError) => void;
}

export interface FileSpool extends Spool {
  close(): Promise<void>;
  /** Counts since the start of this spool. */
  readonly counters: SpoolCounters;
}

const DEFAULT_MAX_BYTES = 256 * 1024 * 1024;

/** A segment is read whole: past this many bytes the next one is begun. */
const SEGMENT_BYTES = 1024 * 1024;

/** How often a write is repeated whose segment another process took over meanwhile; to lose so often in a row is no accident. */
const MAX_ATTEMPTS = 50;

/**
 * Keeps activities as lines of JSON in files of `directory`: a path or file URL, made if missing, on a local disk, for this
 * application alone. Any number of processes may share it. Throws `SPOOL_DIRECTORY_UNUSABLE` and `SPOOL_OPTION_INVALID`.
 * `add` resolves once the disk has the activities, and rejects with `SPOOL_FULL`, `SPOOL_WRITE_FAILED` or `SPOOL_CLOSED`.
 * `drain` takes over what dead processes left; it rejects with what `write` rejects with, or `SPOOL_READ_FAILED`.
 */
export function fileSpool(directory: string | URL, options: FileSpoolOptions = {}): FileSpool {
  const { maxBytes = DEFAULT_MAX_BYTES, onProblem = warn } = options;
  if (!Number.isSafeInteger(maxBytes) || maxBytes <= 0) throw spoolError('SPOOL_OPTION_INVALID', String(maxBytes));
  const path = resolve(directory instanceof URL ? fileURLToPath(directory) : directory);
  prepareDirectory(path);
  return new DirectorySpool({ directory: path, maxBytes, onProblem });
}

function warn(problem: DeedlogError): void {
  process.emitWarning(problem);
}

interface Waiting {
  readonly lines: Uint8Array;
  readonly done: PromiseWithResolvers<void>;
}

class DirectorySpool implements FileSpool {
  readonly counters: { -readonly [Name in keyof SpoolCounters]: number } = { corrupt: 0, torn: 0, takenOver: 0 };
  readonly #options: Required<FileSpoolOptions> & { readonly directory: string };
  readonly #owner: Owner = openOwner();
  readonly #refusals = new Refusals();
  #writer: SegmentWriter | undefined;
  #waiting: Waiting[] = [];
  #closed = false;
  /** Ends of two queues: file access of writers one after the other, and drains one after the other. */
  #lastWrite: Promise<unknown> = Promise.resolve();
  #lastDrain: Promise<unknown> = Promise.resolve();

  constructor(options: Required<FileSpoolOptions> & { readonly directory: string }) {
    this.#options = options;
  }

  /** What comes in while a write is under way goes out with the next one: a sync for many. */
  async add(activities: readonly Activity[]): Promise<void> {
    if (this.#closed) throw spoolError('SPOOL_CLOSED');
    if (activities.length === 0) return;
    const waiting: Waiting = { lines: encode(activities), done: Promise.withResolvers() };
    if (this.#waiting.push(waiting) === 1) void this.#exclusive(() => this.#writeWaiting());
    await waiting.done.promise;
  }

  drain(write: (activities: readonly Activity[]) => Promise<void>): Promise<number> {
    const drained = this.#lastDrain.then(async () => {
      if (this.#closed) throw spoolError('SPOOL_CLOSED');
      const { directory, onProblem } = this.#options;
      const seal = (): Promise<void> => this.#exclusive(() => this.#endSegment());
      return drainSegments({ directory, owner: this.#owner, counters: this.counters, refusals: this.#refusals, onProblem, seal, write });
    });
    this.#lastDrain = drained.catch(() => undefined);
    return drained;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#lastDrain;
    await this.#exclusive(() => this.#endSegment());
    closeOwner(this.#owner);
  }

  #exclusive<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#lastWrite.then(work);
    this.#lastWrite = result.catch(() => undefined);
    return result;
  }

  async #writeWaiting(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    try {
      const fitting = await this.#fitting(waiting);
      if (fitting.length > 0) await this.#write(Buffer.concat(fitting.map(({ lines }) => lines)));
      for (const { done } of fitting) done.resolve();
    } catch (cause) {
      await this.#endSegment().catch(() => undefined);
      const error = cause instanceof DeedlogError ? cause : spoolError('SPOOL_WRITE_FAILED', (cause as NodeJS.ErrnoException).code, cause);
      for (const { done } of waiting) done.reject(error);
    }
  }

  /** Those for which there is room, in their order; the others are refused. */
  async #fitting(waiting: readonly Waiting[]): Promise<Waiting[]> {
    const { directory, maxBytes } = this.#options;
    let room = maxBytes;
    for (const { bytes } of await listSpoolFiles(directory)) room -= bytes;
    return waiting.filter(({ lines, done }) => {
      if (lines.length > room) {
        done.reject(spoolError('SPOOL_FULL', `maxBytes ${maxBytes}`));
        return false;
      }
      room -= lines.length;
      return true;
    });
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      this.#writer ??= await SegmentWriter.begin(this.#options.directory, this.#owner);
      await this.#writer.append(bytes);
      const kept = await this.#writer.isOwn();
      if (!kept || this.#writer.length >= SEGMENT_BYTES) await this.#endSegment();
      if (kept) return;
    }
    throw spoolError('SPOOL_WRITE_FAILED', 'another process takes every segment away');
  }

  async #endSegment(): Promise<void> {
    const writer = this.#writer;
    this.#writer = undefined;
    await writer?.end();
  }
}

function encode(activities: readonly Activity[]): Uint8Array {
  try {
    return Buffer.from(activities.map(toLine).join(''));
  } catch (cause) {
    throw spoolError('SPOOL_WRITE_FAILED', 'an activity is no JSON', cause);
  }
}
