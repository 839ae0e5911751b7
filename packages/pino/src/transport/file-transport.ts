import { parentPort } from 'node:worker_threads';
import { pinoError } from '../errors.ts';
import type { PinoErrorCode } from '../errors.ts';
import { blockingDisk } from '../files/disk.ts';
import { planFiles } from '../files/file-plan.ts';
import type { LogFilesOptions } from '../files/file-plan.ts';
import type { PerKind } from '../files/line-kind.ts';
import { LogFiles, prepareDirectory } from '../files/log-files.ts';
import { LineStream } from './line-stream.ts';
import { PROBLEM, PROGRESS } from './messages.ts';
import type { ProblemMessage, ProgressMessage } from './messages.ts';

/** The options of the transport: plain values, for they go to a worker thread. */
export interface FileTransportOptions extends LogFilesOptions {
  /** For `auditLogs` alone, whose lines say where they go. */
  readonly tagged?: boolean;
}

/**
 * A pino transport that puts audit records, requests and calls, and the application's own lines into files apart:
 * `pino.transport({ target: '@deedlog/pino/transport', options: { directory: 'logs' } })`. The stream that pino makes of it emits
 * `deedlog:problem` for a file that cannot be written. Throws `LOG_DIRECTORY_UNUSABLE` and `LOG_OPTION_INVALID`.
 */
// oxlint-disable-next-line import/no-default-export -- pino calls the default export of a transport's module.
export default function fileTransport(options: FileTransportOptions): LineStream {
  const plan = planFiles(options);
  prepareDirectory(plan.directory);
  const files = new LogFiles(plan, tellProblem, blockingDisk);
  let characters = 0;
  const progress = (more: number, told: PerKind<number>): void => {
    characters += more;
    post(PROGRESS, { characters, counts: files.counts, told } satisfies ProgressMessage);
  };
  return new LineStream({ files, tagged: options.tagged === true, progress });
}

function tellProblem(code: PinoErrorCode, detail: string, cause: unknown): void {
  if (parentPort === null) process.emitWarning(pinoError(code, detail, cause));
  else post(PROBLEM, { code, detail, cause: causeText(cause) } satisfies ProblemMessage);
}

function causeText(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** thread-stream's protocol: the stream in the main thread emits what is posted. */
function post(name: string, message: object): void {
  parentPort?.postMessage({ code: 'EVENT', name, args: [message] });
}
