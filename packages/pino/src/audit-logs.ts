import type { Writable } from 'node:stream';
import type { DeedlogError, QueueCounters, QueuedSink, QueuedSinkOptions } from '@deedlog/core';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { ConsoleOutput } from './console/console-output.ts';
import { pinoError } from './errors.ts';
import { planFiles } from './files/file-plan.ts';
import type { FilePlan, LogFilesOptions } from './files/file-plan.ts';
import type { PerKind } from './files/line-kind.ts';
import type { LineOutput } from './files/line-output.ts';
import type { LineCounts } from './files/log-counts.ts';
import { LogFiles, prepareDirectory } from './files/log-files.ts';
import type { Report } from './files/report.ts';
import { Router } from './files/router.ts';
import { settledSink } from './files/settled-sink.ts';
import { AUDIT_LEVELS, lineLevels } from './levels.ts';
import type { AuditLevel } from './levels.ts';
import type { DescribeUser } from './lines/user-fields.ts';
import { pinoOptions } from './pino-options.ts';
import type { ApplicationLogOptions } from './pino-options.ts';
import { queuedLines } from './queued-lines.ts';
import { WorkerOutput } from './transport/worker-output.ts';
import { tell } from './tell.ts';
import { warn } from './warn.ts';
import { within } from './within.ts';

export interface AuditLogsOptions extends LogFilesOptions {
  /** Lines of the application below this level are left out, of the file and of the console; audit records, requests and calls never are. Default `info`. */
  readonly level?: string;
  /** Readable lines beside the files: on stdout, or on a stream of yours. Default: only where stdout is a terminal. */
  readonly console?: boolean | Writable;
  /** True: a worker thread writes the files. Default false: they are written asynchronously, which waits for no disk either. */
  readonly worker?: boolean;
  /** For the lines of the application: see `pinoOptions`. */
  readonly application?: Omit<ApplicationLogOptions, 'customLevels' | 'messageKey' | 'errorKey'>;
  /** Fills `user` of records with what your application knows of a person: see `pinoSink`. */
  readonly user?: DescribeUser;
  /** Bounds of the queue before the sink: see `queuedSink`. */
  readonly queue?: Omit<QueuedSinkOptions, 'onProblem'>;
  /** Told of everything that goes wrong with the logs, once a spell. Default: a process warning. */
  readonly onProblem?: (problem: DeedlogError) => void;
}

export interface AuditLogsCounters {
  /** Lines of each file. */
  readonly files: PerKind<LineCounts>;
  /** Undefined: no console. */
  readonly console: LineCounts | undefined;
  /** Records before they were lines. */
  readonly queue: QueueCounters;
}

export interface AuditLogs {
  /** The application's own logger, with the levels `audit` and `api`. */
  readonly logger: Logger<AuditLevel>;
  /** For `createDeedlog({ sinks })` and for request logs; behind a queue already. */
  readonly sink: QueuedSink;
  /** As they are now. */
  readonly counters: AuditLogsCounters;
  /** Writes all that waits before it returns, for a process that is about to end. */
  flushSync(): void;
  /** Writes all that waits and closes the files: after `deedlog.close()`, as the last. Never rejects. */
  close(): Promise<void>;
}

/** How long in milliseconds `close` waits for the disk once the queue is empty. */
const CLOSE_MS = 5_000;

/**
 * Logs that are ready to use: JSON lines in `audit.log`, `api.log` and `app.log` of a directory, and readable ones on the console. A
 * file that cannot be written fails nobody: it is reported and counted, and written again once it can be.
 * Throws `LOG_DIRECTORY_UNUSABLE` and `LOG_OPTION_INVALID`.
 */
export function auditLogs(options: AuditLogsOptions): AuditLogs {
  const { level = 'info', console: shown = process.stdout.isTTY === true, worker = false, application, user, queue, onProblem = warn } = options;
  const threshold = thresholdOf(level);
  const plan = planFiles(options);
  prepareDirectory(plan.directory);
  const report = reporter(onProblem);
  const output = worker ? inWorker(plan, report) : new LogFiles(plan, report);
  const readable = shown === false ? undefined : new ConsoleOutput(shown === true ? process.stdout : shown, report);
  const router = new Router({ output, console: readable, level: threshold });
  const logger = pino<AuditLevel>({ ...pinoOptions(application), level: threshold <= AUDIT_LEVELS.audit ? level : 'audit' }, router);
  const sink = queuedLines(logger, { user, queue: { ...queue, onProblem }, through: (lines) => settledSink(lines, router, output) });
  return {
    logger,
    sink,
    get counters() {
      return { files: output.counts, console: readable?.counts, queue: sink.counters };
    },
    flushSync: () => {
      sink.flushSync();
      output.flushSync();
    },
    close: async () => {
      await sink.close();
      if (!(await within(CLOSE_MS, output.close()))) report('LOG_FILE_FAILED', 'close', new Error(`it was not done after ${CLOSE_MS} ms`));
      readable?.close();
    },
  };
}

/** pino knows a level by its label in lower case. */
function thresholdOf(level: string): number {
  if (level === 'silent') return Infinity;
  const value = new Map(Object.entries(lineLevels())).get(level);
  if (value === undefined || level !== level.toLowerCase()) throw pinoError('LOG_OPTION_INVALID', `level: ${level}`);
  return value;
}

/** A worker cannot be had everywhere: a bundler may have left its file behind. */
function inWorker(plan: FilePlan, report: Report): LineOutput {
  try {
    return new WorkerOutput(plan, report);
  } catch (cause) {
    report('LOG_WORKER_FAILED', 'it cannot be started', cause);
    return new LogFiles(plan, report);
  }
}

function reporter(onProblem: (problem: DeedlogError) => void): Report {
  return (code, detail, cause) => void tell(onProblem, pinoError(code, detail, cause));
}
