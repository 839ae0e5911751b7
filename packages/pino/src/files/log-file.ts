import { basename } from 'node:path';
import type { Disk } from './disk.ts';
import { waitForWrite } from './in-flight.ts';
import type { InFlight } from './in-flight.ts';
import type { LineCounts } from './log-counts.ts';
import { Loss, lossNote } from './loss.ts';
import type { Lost } from './loss.ts';
import { appendSync, openLog, PartlyWritten, wholeLines } from './open-log.ts';
import type { OpenLog } from './open-log.ts';
import { isGone, isNamed } from './place.ts';
import type { Report } from './report.ts';
import type { Rotation } from './rotation.ts';
import { WaitingLines } from './waiting-lines.ts';

/** Characters that may wait for one file: some 30,000 lines. What comes beyond is lost and counted. */
export const MAX_WAITING: number = 32 * 1024 * 1024;

/** Bytes of one write: a slow disk is asked for no more at a time. */
const MAX_CHUNK = 1024 * 1024;

/** How often in a row lines are written again whose file was deleted under them; so often is no accident. */
const MAX_REWRITES = 3;

/** A file that was written a moment ago was looked at then: milliseconds. */
const LOOKED_MS = 50;

/** Lets one piece of work run at a time. */
export type Exclusive = (work: () => Promise<void>) => Promise<void>;

export interface LogFileParts {
  readonly path: string;
  readonly disk: Disk;
  /** Shared by the files of a disk, so that one that hangs takes no more than one thread. */
  readonly exclusive: Exclusive;
  readonly rotation: Rotation | undefined;
  readonly report: Report;
}

/** What was to be written. */
interface Failed {
  readonly lost: Lost | undefined;
  readonly lines: readonly string[];
  /** Bytes that were to stand before: a line break after a line that was cut off. */
  readonly lead: number;
}

/**
 * A file to which lines are appended, asynchronously and in their order, many at a time. Whoever renames, truncates or
 * deletes it meanwhile finds each line in one file: the new one once the name stands for another file. A write that fails
 * loses its lines; the next lines are the next try.
 */
export class LogFile {
  readonly #parts: LogFileParts;
  readonly #waiting = new WaitingLines();
  readonly #loss = new Loss();
  readonly #counts = { written: 0, lost: 0 };
  #open: OpenLog | undefined;
  #lookedAt = 0;
  #touchedAt = 0;
  #running: Promise<void> | undefined;
  #inFlight: InFlight | undefined;
  #failing = false;
  /** False: the last rotation failed, and that was reported. */
  #rotating = true;
  #rewrites = 0;
  #closed = false;

  constructor(parts: LogFileParts) {
    this.#parts = parts;
  }

  get counts(): LineCounts {
    return this.#counts;
  }

  /** `line` ends in a line break. */
  append(line: string): void {
    if (this.#closed || this.#waiting.characters + line.length > MAX_WAITING) {
      this.lose(1, new Error(this.#closed ? 'the logs are closed' : 'lines come faster than the disk takes them'));
      return;
    }
    this.#waiting.add(line);
    this.#running ??= this.#run();
  }

  /** Resolves once everything appended so far is written or lost. */
  settled(): Promise<void> {
    return this.#waiting.settled();
  }

  /** Counts lines that this file did not get; it says so itself once it can be written. */
  lose(lines: number, cause: unknown): void {
    const now = Date.now();
    this.#counts.lost += lines;
    this.#loss.add({ lines, from: now, until: now });
    if (this.#failing) return;
    this.#failing = true;
    this.#parts.report('LOG_FILE_FAILED', basename(this.#parts.path), cause);
  }

  /** Writes what waits before it returns. A write under way is waited for, but not for long. */
  flushSync(): void {
    const answers = this.#inFlight === undefined || waitForWrite(this.#inFlight);
    const lines = this.#waiting.take(Infinity);
    if (lines.length === 0) return;
    const lost = this.#loss.take();
    try {
      if (!answers) throw new Error('the disk does not answer');
      appendSync(this.#parts.path, `${lossNote(lost)}${lines.join('')}`);
      this.#wrote(lines.length);
    } catch (error) {
      this.#failed({ lost, lines, lead: 0 }, error);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    await this.#parts.exclusive(async () => {
      if (this.#loss.some) await this.#writeNext();
      await this.#drop();
    });
  }

  async #run(): Promise<void> {
    // What comes in the same turn goes out together.
    await Promise.resolve();
    while (this.#waiting.some) await this.#parts.exclusive(() => this.#writeNext());
    this.#running = undefined;
  }

  async #writeNext(): Promise<void> {
    let open: OpenLog;
    try {
      open = await this.#ready();
    } catch (cause) {
      this.#failed({ lost: undefined, lines: this.#waiting.take(Infinity), lead: 0 }, cause);
      return;
    }
    const lines = this.#waiting.take(Math.min(MAX_CHUNK, this.#parts.rotation?.room(open.size) ?? Infinity));
    const lost = this.#loss.take();
    if (lost === undefined && lines.length === 0) return;
    const lead = open.torn ? '\n' : '';
    try {
      await this.#write(open, Buffer.from(`${lead}${lossNote(lost)}${lines.join('')}`));
    } catch (error) {
      await this.#drop();
      this.#failed({ lost, lines, lead: lead.length }, error);
      return;
    }
    if (!(await this.#deleted(open))) return this.#wrote(lines.length);
    this.#rewrites++;
    if (lost !== undefined) this.#loss.add(lost);
    this.#waiting.putBack(lines);
  }

  /** The file under its name, with room for the next line. */
  async #ready(): Promise<OpenLog> {
    if (this.#open !== undefined && performance.now() - this.#lookedAt > LOOKED_MS && !(await isNamed(this.#parts.disk, this.#parts.path, this.#open))) await this.#drop();
    const open = (this.#open ??= await this.#begin());
    const { rotation, disk } = this.#parts;
    if (rotation?.due(open.size, this.#touchedAt, this.#waiting.bytesOfFirst) !== true) return open;
    try {
      await rotation.rotate(disk);
      await this.#drop();
      await rotation.removeOld(disk);
      this.#rotating = true;
    } catch (cause) {
      if (this.#rotating) this.#parts.report('LOG_ROTATION_FAILED', basename(this.#parts.path), cause);
      this.#rotating = false;
    }
    return (this.#open ??= await this.#begin());
  }

  async #begin(): Promise<OpenLog> {
    const open = await openLog(this.#parts.disk, this.#parts.path);
    this.#touchedAt = open.touchedAt;
    this.#lookedAt = performance.now();
    return open;
  }

  /** Throws a {@link PartlyWritten}. */
  async #write(open: OpenLog, bytes: Uint8Array): Promise<void> {
    this.#inFlight = { fd: open.file.fd, start: open.size, end: open.size + bytes.length };
    let written = 0;
    try {
      while (written < bytes.length) written += await open.file.write(bytes, written);
    } catch (cause) {
      throw new PartlyWritten(written, cause);
    } finally {
      this.#inFlight = undefined;
    }
    open.torn = false;
    open.size += bytes.length;
    this.#touchedAt = Date.now();
  }

  /** Whether what was just written is gone with its file. A file under another name has kept it, and is written no more. */
  async #deleted(open: OpenLog): Promise<boolean> {
    const named = await isNamed(this.#parts.disk, this.#parts.path, open);
    this.#lookedAt = performance.now();
    if (named) return false;
    const gone = this.#rewrites < MAX_REWRITES && (await isGone(open));
    await this.#drop();
    return gone;
  }

  #wrote(lines: number): void {
    if (!this.#waiting.some) this.#failing = false;
    this.#rewrites = 0;
    this.#counts.written += lines;
    this.#waiting.settle(lines);
  }

  #failed({ lost, lines, lead }: Failed, error: unknown): void {
    const partly = error instanceof PartlyWritten ? error : undefined;
    const note = lossNote(lost);
    const whole = partly === undefined ? -1 : wholeLines([note, ...lines], partly.bytes - lead) - 1;
    if (whole < 0 && lost !== undefined) this.#loss.add(lost);
    this.#counts.written += Math.max(0, whole);
    this.lose(lines.length - Math.max(0, whole), partly?.cause ?? error);
    this.#waiting.settle(lines.length);
  }

  async #drop(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.file.close().catch(() => undefined);
  }
}
