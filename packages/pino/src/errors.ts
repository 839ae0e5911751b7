import { defineErrors } from '@deedlog/core';
import type { ErrorEntry, ErrorFactory } from '@deedlog/core';

/** Every code that `@deedlog/pino` can throw or report. */
export type PinoErrorCode =
  | 'LOG_CONSOLE_FAILED'
  | 'LOG_DIRECTORY_UNUSABLE'
  | 'LOG_FILE_FAILED'
  | 'LOG_OPTION_INVALID'
  | 'LOG_ROTATION_FAILED'
  | 'LOG_WORKER_FAILED'
  | 'PINO_DESTINATION_CLOSED'
  | 'PINO_DESTINATION_FAILED'
  | 'PINO_LEVEL_TAKEN';

/** The table behind {@link PinoErrorCode}. */
export const pinoErrors: Readonly<Record<PinoErrorCode, ErrorEntry>> = {
  LOG_CONSOLE_FAILED: {
    meaning: 'the console takes no lines, or not as fast as they come; the files have them all the same',
    remedy: 'See the cause: the reader of a pipe is gone or slow. Pass console: false where nobody reads it.',
  },
  LOG_DIRECTORY_UNUSABLE: {
    meaning: 'the directory of the log files cannot be made or written',
    remedy: 'Give a directory that this process may write, for example audit_logs beside the application.',
  },
  LOG_FILE_FAILED: {
    meaning: 'a log file could not be written; its lines are lost and counted until it can be',
    remedy: 'See the cause: free the disk or correct the permissions. Writing goes on by itself, and the file then says how many lines it did not get.',
  },
  LOG_OPTION_INVALID: {
    meaning: 'an option of the log files cannot be used',
    remedy: 'Correct what is named here: directory is a path; file names differ and have no directory; numbers are whole and above 0; level is trace, debug, info, audit, api, warn, error, fatal or silent.',
  },
  LOG_ROTATION_FAILED: {
    meaning: 'a log file could not be rotated, or an old one not deleted; the file is written on',
    remedy: 'See the cause: the directory must be writable. It is tried again after a minute.',
  },
  LOG_WORKER_FAILED: {
    meaning: 'the worker thread that writes the log files failed',
    remedy: 'See the cause. The main thread writes the files from now on; lines that the worker did not answer for are counted as lost.',
  },
  PINO_DESTINATION_CLOSED: {
    meaning: 'the destination of the logger takes no more lines',
    remedy: 'Close deedlog before the destination.',
  },
  PINO_DESTINATION_FAILED: {
    meaning: 'the destination of the logger reported an error; lines of the application may be missing',
    remedy: 'See the cause. Said once until records are written again.',
  },
  PINO_LEVEL_TAKEN: {
    meaning: 'a level of the logger has the value of the level audit or api',
    remedy: 'Give the logger levels audit and api with values of your own: customLevels: { audit: 35, api: 36 }.',
  },
};

export const pinoError: ErrorFactory<PinoErrorCode> = defineErrors(pinoErrors);
