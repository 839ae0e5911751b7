export type { SpoolCounters } from './drain-segments.ts';
export { spoolErrors, type SpoolErrorCode } from './errors.ts';
export { fileSpool, type FileSpool, type FileSpoolOptions } from './file-spool.ts';
