import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { transport } from 'pino';
import type { FilePlan } from '../files/file-plan.ts';
import { LINE_KINDS, perKind } from '../files/line-kind.ts';
import type { LineKind, PerKind } from '../files/line-kind.ts';
import type { LineOutput } from '../files/line-output.ts';
import type { LineCounts } from '../files/log-counts.ts';
import { MAX_WAITING } from '../files/log-file.ts';
import { LogFiles } from '../files/log-files.ts';
import type { Report } from '../files/report.ts';
import type { FileTransportOptions } from './file-transport.ts';
import { PROBLEM, PROGRESS } from './messages.ts';
import type { ProblemMessage, ProgressMessage } from './messages.ts';
import { tagLine, tagLost } from './tagged-line.ts';
import { WorkerWatch } from './worker-watch.ts';

/** thread-stream 4.2 has getters that its types do not tell of. */
type ThreadStream = ReturnType<typeof transport> & { readonly destroyed?: boolean; readonly writableEnded?: boolean };

/** The worker is reached by the name under which everybody reaches it. */
const TARGET = '@deedlog/pino/transport';

/** Lines that were refused are told of once the worker has only so much of the bound before it: at the bound every line would do so. */
const CALM = 0.5;

/**
 * The files, written by a worker thread. When the worker ends for whatever reason, this thread writes them from then on; lines that the
 * worker had and did not answer for are counted as lost.
 */
export class WorkerOutput implements LineOutput {
  readonly #plan: FilePlan;
  readonly #report: Report;
  readonly #stream: ThreadStream;
  readonly #handed: Record<LineKind, number> = perKind(() => 0);
  /** Lines that were not sent, and how many of them the worker was told of, which counts them too. */
  readonly #refused: Record<LineKind, number> = perKind(() => 0);
  readonly #told: Record<LineKind, number> = perKind(() => 0);
  readonly #watch = new WorkerWatch();
  #toldOverdue = false;
  #handedCharacters = 0;
  #progress: ProgressMessage = { characters: 0, counts: perKind(() => ({ written: 0, lost: 0 })), told: perKind(() => 0) };
  #instead: LogFiles | undefined;
  #crowded = false;
  #closing = false;

  constructor(plan: FilePlan, report: Report) {
    this.#plan = plan;
    this.#report = report;
    const { directory, names: files, rotate } = plan;
    this.#stream = transport({ target: pathToFileURL(createRequire(import.meta.url).resolve(TARGET)).href, options: { directory, files, rotate, tagged: true } satisfies FileTransportOptions });
    this.#stream.on(PROGRESS, (progress: ProgressMessage) => this.#answered(progress));
    this.#stream.on(PROBLEM, ({ code, detail, cause }: ProblemMessage) => report(code, detail, new Error(cause)));
    this.#stream.on('error', (cause: unknown) => this.#ended(cause));
    this.#stream.on('close', () => this.#ended(new Error('the worker thread ended')));
  }

  get counts(): PerKind<LineCounts> {
    const { counts, told } = this.#progress;
    const instead = this.#instead?.counts;
    return perKind((kind) => ({
      written: counts[kind].written + (instead?.[kind].written ?? 0),
      lost: counts[kind].lost - told[kind] + this.#refused[kind] + (instead?.[kind].lost ?? 0),
    }));
  }

  write(kind: LineKind, line: string): void {
    if (this.#stream.destroyed === true) this.#ended(new Error('the worker thread ended'));
    // At the exit of the process pino ends its transports, before or after what flushes a queue: the worker has written all by then.
    else if (this.#stream.writableEnded === true && !this.#closing) this.#instead ??= new LogFiles(this.#plan, this.#report);
    if (this.#instead !== undefined) return this.#instead.write(kind, line);
    const waiting = this.#handedCharacters - this.#progress.characters;
    if (this.#closing || waiting + line.length > MAX_WAITING) return this.#refuse(kind);
    if (waiting < MAX_WAITING * CALM) this.#tellRefused(kind);
    this.#handed[kind]++;
    this.#send(tagLine(kind, line));
  }

  async settled(): Promise<void> {
    if (this.#instead === undefined) await this.#flushed();
    await this.#instead?.settled();
  }

  flushSync(): void {
    if (this.#instead === undefined && this.#watch.isOverdue) return this.#tellOverdue();
    try {
      if (this.#instead === undefined) this.#stream.flushSync();
    } catch (cause) {
      this.#ended(cause);
    }
    this.#instead?.flushSync();
  }

  async close(): Promise<void> {
    if (this.#instead === undefined && !this.#closing) for (const kind of LINE_KINDS) this.#tellRefused(kind);
    await this.settled();
    this.#closing = true;
    if (this.#instead === undefined && this.#stream.destroyed !== true) {
      const closed = new Promise<void>((resolve) => this.#stream.once('close', () => resolve()));
      // Blocks until the worker has closed its files: there is nothing left to write.
      this.#stream.end();
      await closed;
    }
    await this.#instead?.close();
  }

  /** Resolves once the worker has answered for everything that it was given, or has ended. */
  #flushed(): Promise<void> {
    return new Promise((resolve) => {
      this.#stream.flush((cause?: Error) => {
        if (cause !== undefined && cause !== null) this.#ended(cause);
        resolve();
      });
    });
  }

  #send(text: string): void {
    this.#handedCharacters += text.length;
    this.#watch.sent();
    this.#stream.write(text);
  }

  #answered(progress: ProgressMessage): void {
    this.#progress = progress;
    this.#toldOverdue = false;
    this.#watch.answered(progress.characters >= this.#handedCharacters);
  }

  /** It keeps the lines, and writes them if it ever goes on. */
  #tellOverdue(): void {
    if (this.#toldOverdue) return;
    this.#toldOverdue = true;
    for (const kind of LINE_KINDS) {
      const lines = this.#unanswered(kind);
      if (lines > 0) this.#report('LOG_FILE_FAILED', this.#plan.names[kind], new Error(`the worker does not answer for ${lines} lines`));
    }
  }

  /** Lines that the worker has and has not told of. */
  #unanswered(kind: LineKind): number {
    const { counts, told } = this.#progress;
    return this.#handed[kind] - counts[kind].written - (counts[kind].lost - told[kind]);
  }

  /** The worker says so in the file. */
  #tellRefused(kind: LineKind): void {
    if (this.#refused[kind] === this.#told[kind]) return;
    this.#send(tagLost(kind, this.#refused[kind] - this.#told[kind]));
    this.#told[kind] = this.#refused[kind];
    this.#crowded = false;
  }

  #refuse(kind: LineKind): void {
    this.#refused[kind]++;
    if (this.#crowded) return;
    this.#crowded = true;
    this.#report('LOG_FILE_FAILED', this.#plan.names[kind], new Error(this.#closing ? 'the logs are closed' : 'lines come faster than the worker takes them'));
  }

  #ended(cause: unknown): void {
    if (this.#closing || this.#instead !== undefined) return;
    const instead = (this.#instead = new LogFiles(this.#plan, this.#report));
    this.#report('LOG_WORKER_FAILED', 'the files are written by the main thread from now on', cause);
    for (const kind of LINE_KINDS) {
      const unknown = this.#unanswered(kind);
      // What was refused and is not in the file is counted by the new one from now on, and told there.
      const untold = this.#refused[kind] - this.#progress.told[kind];
      this.#refused[kind] -= untold;
      if (unknown + untold > 0) instead.lose(kind, unknown + untold, cause);
    }
  }
}
