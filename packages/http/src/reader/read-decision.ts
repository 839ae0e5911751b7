import type { LogView, Reader, ReadPolicy } from '@deedlog/core';
import { httpError } from '../errors.ts';
import { unauthenticated } from './problem.ts';

/**
 * What `authorize` decides on a request. A policy: this much may be read. `unauthenticated`: nobody is signed in (401). A response: it is the answer, for
 * example a redirect to the login. Nothing: this person may not read (403).
 */
export type ReadDecision = ReadPolicy | 'unauthenticated' | Response | null | undefined;

/** Throws `HTTP_READER_MISSING` or `HTTP_AUTHORIZE_MISSING`: at start-up, and not on the first request. */
export function requireReaderAndAuthorize({ reader, authorize }: { readonly reader?: unknown; readonly authorize?: unknown }): void {
  if (typeof (reader as Partial<Reader> | null | undefined)?.as !== 'function') throw httpError('HTTP_READER_MISSING');
  if (typeof authorize !== 'function') throw httpError('HTTP_AUTHORIZE_MISSING');
}

/** The log as the decision lets it be seen, or the answer to a request that may not read. Throws `READ_DENIED`. */
export function viewOf(reader: Reader, decision: ReadDecision): LogView | Response {
  if (decision === 'unauthenticated') return unauthenticated();
  return isResponse(decision) ? decision : reader.as(decision);
}

/** Not by class: a server may have a class of its own. */
export function isResponse(value: unknown): value is Response {
  return typeof value === 'object' && value !== null && 'status' in value && 'headers' in value;
}
