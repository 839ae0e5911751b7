import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pinoError } from '../errors.ts';
import { DIRECTORY_MODE, pooledDisk } from './disk.ts';
import type { Disk } from './disk.ts';
import type { FilePlan } from './file-plan.ts';
import { perKind } from './line-kind.ts';
import type { LineKind, PerKind } from './line-kind.ts';
import type { LineOutput } from './line-output.ts';
import type { LineCounts } from './log-counts.ts';
import { LogFile } from './log-file.ts';
import type { Exclusive } from './log-file.ts';
import type { Report } from './report.ts';
import { Rotation } from './rotation.ts';

/** The files of all kinds in one directory. */
export class LogFiles implements LineOutput {
  readonly #files: PerKind<LogFile>;

  constructor({ directory, names, rotate }: FilePlan, report: Report, disk: Disk = pooledDisk) {
    const exclusive = oneAtATime();
    this.#files = perKind((kind) => {
      const path = join(directory, names[kind]);
      return new LogFile({ path, disk, exclusive, report, rotation: rotate === 'external' ? undefined : new Rotation(path, rotate) });
    });
  }

  get counts(): PerKind<LineCounts> {
    return perKind((kind) => this.#files[kind].counts);
  }

  write(kind: LineKind, line: string): void {
    this.#files[kind].append(line);
  }

  lose(kind: LineKind, lines: number, cause: unknown): void {
    this.#files[kind].lose(lines, cause);
  }

  async settled(): Promise<void> {
    await this.#all((file) => file.settled());
  }

  flushSync(): void {
    for (const file of Object.values(this.#files)) file.flushSync();
  }

  async close(): Promise<void> {
    await this.#all((file) => file.close());
  }

  async #all(work: (file: LogFile) => Promise<void>): Promise<void> {
    await Promise.all(Object.values(this.#files).map(work));
  }
}

function oneAtATime(): Exclusive {
  let last = Promise.resolve();
  return (work) => (last = last.then(work, work));
}

/** Makes the directory, so that a wrong set-up fails at the start. Throws `LOG_DIRECTORY_UNUSABLE`. */
export function prepareDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: DIRECTORY_MODE });
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw pinoError('LOG_DIRECTORY_UNUSABLE', directory, cause);
  }
}
