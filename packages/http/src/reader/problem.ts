import { DeedlogError } from '@deedlog/core';
import { httpError } from '../errors.ts';
import type { HttpErrorCode } from '../errors.ts';
import { jsonResponse } from './responses.ts';

/** What every answer that is no success says. */
export interface ProblemBody {
  /** Stable across versions. */
  readonly code: string;
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** Told of what is no fault of the client. Default: a process warning. */
export type OnReadProblem = (error: unknown, request: Request) => void;

/** HTTP status by code. What is not here is the server's fault. */
const STATUS: Readonly<Record<string, number>> = {
  ACTION_INVALID: 400,
  CURSOR_INVALID: 400,
  HTTP_PARAMETER_INVALID: 400,
  HTTP_REPORT_INVALID: 400,
  METADATA_INVALID: 400,
  QUERY_INVALID: 400,
  REASON_MISSING: 400,
  TARGET_INVALID: 400,
  HTTP_UNAUTHENTICATED: 401,
  HTTP_REPORT_DENIED: 403,
  READ_DENIED: 403,
  HTTP_NOT_FOUND: 404,
  HTTP_METHOD_NOT_ALLOWED: 405,
  HTTP_REPORT_TOO_LARGE: 413,
  HTTP_REPORT_NOT_JSON: 415,
  HTTP_REPORT_LIMITED: 429,
  HTTP_BUSY: 503,
  HTTP_REPORT_LOST: 503,
};

/** The problem as an answer. */
export function problemResponse(code: HttpErrorCode, headers: Readonly<Record<string, string>> = {}): Response {
  return toResponse(httpError(code), headers);
}

/** Nobody is signed in. RFC 9110 §11.6.1 wants a challenge; how to sign in is the application's to say. */
export function unauthenticated(): Response {
  return problemResponse('HTTP_UNAUTHENTICATED', { 'www-authenticate': 'Session realm="audit log"' });
}

/** What was thrown, as an answer. Of an error that deedlog does not know nothing is told to the client. */
export function errorResponse(error: unknown, request: Request, onProblem: OnReadProblem): Response {
  if (error instanceof DeedlogError && STATUS[error.code] !== undefined) return toResponse(error, {});
  report(error, request, onProblem);
  return problemResponse('HTTP_READ_FAILED');
}

/** Tells the host; a reporter that fails must not change the answer. */
export function report(error: unknown, request: Request, onProblem: OnReadProblem): void {
  try {
    onProblem(error, request);
  } catch {}
}

/** The default of {@link OnReadProblem}. */
export function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error), { code: 'DEEDLOG' });
}

function toResponse(error: DeedlogError, headers: Readonly<Record<string, string>>): Response {
  const { code, remedy } = error;
  const message = error.message.slice(code.length + 2).replace(`. ${remedy}`, '');
  const body: ProblemBody = { code, message: `${message.charAt(0).toUpperCase()}${message.slice(1)}.`, remedy };
  return jsonResponse(body, { status: STATUS[code] ?? 500, headers });
}
