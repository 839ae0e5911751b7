import { defineErrors } from '@deedlog/core';
import type { ErrorEntry, ErrorFactory } from '@deedlog/core';

/** Every code that `@deedlog/spool` can throw or report. */
export type SpoolErrorCode =
  | 'SPOOL_CLOSED'
  | 'SPOOL_DIRECTORY_UNUSABLE'
  | 'SPOOL_FULL'
  | 'SPOOL_LINE_CORRUPT'
  | 'SPOOL_LINE_TORN'
  | 'SPOOL_OPTION_INVALID'
  | 'SPOOL_READ_FAILED'
  | 'SPOOL_WRITE_FAILED';

/** The table behind {@link SpoolErrorCode}. */
export const spoolErrors: Readonly<Record<SpoolErrorCode, ErrorEntry>> = {
  SPOOL_CLOSED: {
    meaning: 'the spool is closed and takes no more activities',
    remedy: 'Close deedlog after the last request has been answered; it closes the spool.',
  },
  SPOOL_DIRECTORY_UNUSABLE: {
    meaning: 'the directory of the spool cannot be made or written',
    remedy: 'Give fileSpool a directory on a local disk that this process owns, for example /var/lib/app/deedlog-spool.',
  },
  SPOOL_FULL: {
    meaning: 'the spool has reached its maxBytes and did not take the activity',
    remedy: 'Bring the store back; raise maxBytes of fileSpool to last through longer outages.',
  },
  SPOOL_LINE_CORRUPT: {
    meaning: 'lines of a spool file cannot be read back; they were set aside, all others were kept',
    remedy: 'Look into the file ending in .corrupt beside the segments, and check the disk; delete the file when done.',
  },
  SPOOL_LINE_TORN: {
    meaning: 'a process died while it wrote the last line of a spool file; the fragment was set aside',
    remedy: 'Nothing that add() had accepted is missing. Delete the file ending in .corrupt after a look at it.',
  },
  SPOOL_OPTION_INVALID: {
    meaning: 'maxBytes of fileSpool is no positive whole number',
    remedy: 'Give a number of bytes, for example 256 * 1024 * 1024.',
  },
  SPOOL_READ_FAILED: {
    meaning: 'the files of the spool could not be listed or read',
    remedy: 'See the cause; what is spooled stays where it is and is read at the next drain.',
  },
  SPOOL_WRITE_FAILED: {
    meaning: 'the spool could not write to its disk',
    remedy: 'See the cause: a full disk, a limit or a directory that was taken away.',
  },
};

export const spoolError: ErrorFactory<SpoolErrorCode> = defineErrors(spoolErrors);
