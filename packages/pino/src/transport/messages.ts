import type { PinoErrorCode } from '../errors.ts';
import type { PerKind } from '../files/line-kind.ts';
import type { LineCounts } from '../files/log-counts.ts';

/** Emitted by the stream of a transport: {@link ProblemMessage}. */
export const PROBLEM = 'deedlog:problem';
/** Emitted by the stream of a transport: {@link ProgressMessage}. */
export const PROGRESS = 'deedlog:progress';

export interface ProblemMessage {
  readonly code: PinoErrorCode;
  readonly detail: string;
  /** Text of the error behind it: errors of the file system, which hold no data of a line. */
  readonly cause: string;
}

/** Since the worker began. */
export interface ProgressMessage {
  /** How much of what it was sent is written or lost: UTF-16 units. */
  readonly characters: number;
  readonly counts: PerKind<LineCounts>;
  /** How many of the lost lines were never sent, but told of by the main thread. */
  readonly told: PerKind<number>;
}
