import { createDenyRule } from '@deedlog/core';
import type { RedactOptions } from '@deedlog/core';
import { httpError } from '../errors.ts';
import { bodyKeeper } from './kept-body.ts';
import type { BodySelection, OpenBody } from './kept-body.ts';
import { HARMLESS_HEADERS, headerKeeper } from './kept-headers.ts';
import type { KeepHeaders } from './kept-headers.ts';
import { queryKeeper } from './kept-parameters.ts';
import type { KeepQuery, ParameterSelection } from './kept-parameters.ts';

/** 16 KiB: a form or an API call fits, a file does not. So much memory may each request and each answer take while it lasts. */
export const DEFAULT_MAX_BODY_BYTES = 16_384;

/** Names of headers; one list for both directions, or one for each. */
export type HeaderSelection = readonly string[] | { readonly request?: readonly string[]; readonly response?: readonly string[] };

export interface BodyOptions {
  /** What of bodies that are sent may be stored. Default: nothing. */
  readonly request?: BodySelection;
  /** What of bodies that are answered may be stored. Default: nothing. */
  readonly response?: BodySelection;
  /** Most bytes of a body that are kept in order to be read; a longer one is told as such. Default 16384. */
  readonly maxBytes?: number;
}

/** What may be stored of a request and its answer. Nothing is that is not named; the deny rule applies to what is. */
export interface KeptPartsOptions {
  /** Default {@link HARMLESS_HEADERS}. `[]` stores none. Credentials are never stored. */
  readonly headers?: HeaderSelection;
  /** Names of query parameters. Default: none is stored. */
  readonly query?: ParameterSelection;
  /** Fields of JSON and urlencoded bodies. Default: nothing is stored, and no body is looked at. */
  readonly body?: BodyOptions;
  /** Key names that never keep their value, beside the default list of `createDenyRule`. */
  readonly redact?: RedactOptions;
}

/** {@link KeptPartsOptions}, ready to be used. */
export interface KeptParts {
  readonly requestHeaders: KeepHeaders;
  readonly responseHeaders: KeepHeaders;
  readonly query: KeepQuery;
  readonly requestBody: OpenBody;
  readonly responseBody: OpenBody;
}

/** Throws `HTTP_HEADER_NAME_INVALID` and `HTTP_REQUEST_LOG_INVALID`. */
export function keptParts(options: KeptPartsOptions): KeptParts {
  const { headers = HARMLESS_HEADERS, query, body = {}, redact } = options;
  const { request: requestBody, response: responseBody, maxBytes = DEFAULT_MAX_BODY_BYTES } = body;
  // What is no number, such as NaN of a missing setting, would be no bound.
  if (!(Number.isSafeInteger(maxBytes) && maxBytes >= 0)) throw httpError('HTTP_REQUEST_LOG_INVALID', `body.maxBytes: ${String(maxBytes)} is no number of bytes`);
  const isDenied = createDenyRule(redact);
  const { request, response } = Array.isArray(headers) ? { request: headers, response: headers } : (headers as Exclude<HeaderSelection, readonly string[]>);
  return {
    requestHeaders: headerKeeper(request ?? HARMLESS_HEADERS, isDenied),
    responseHeaders: headerKeeper(response ?? HARMLESS_HEADERS, isDenied),
    query: queryKeeper(query, isDenied),
    requestBody: bodyKeeper(requestBody, maxBytes, isDenied),
    responseBody: bodyKeeper(responseBody, maxBytes, isDenied),
  };
}
