import type { PinoErrorCode } from '../errors.ts';

/** Tells the user of a problem that fails nobody: `detail` says where, `cause` why. */
export type Report = (code: PinoErrorCode, detail: string, cause: unknown) => void;
