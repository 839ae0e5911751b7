import { defineErrors } from '@deedlog/core';
import type { ErrorEntry, ErrorFactory } from '@deedlog/core';

/** Every code that `@deedlog/http` can throw or answer with. */
export type HttpErrorCode =
  | 'HTTP_AUTHORIZE_MISSING'
  | 'HTTP_BUSY'
  | 'HTTP_HEADER_NAME_INVALID'
  | 'HTTP_METHOD_NOT_ALLOWED'
  | 'HTTP_NOT_FOUND'
  | 'HTTP_PARAMETER_INVALID'
  | 'HTTP_PATTERN_INVALID'
  | 'HTTP_READER_MISSING'
  | 'HTTP_READ_FAILED'
  | 'HTTP_REPORT_DENIED'
  | 'HTTP_REPORT_INVALID'
  | 'HTTP_REPORT_LIMITED'
  | 'HTTP_REPORT_LOST'
  | 'HTTP_REPORT_NOT_JSON'
  | 'HTTP_REPORT_TOO_LARGE'
  | 'HTTP_REPORTS_INVALID'
  | 'HTTP_REQUEST_LOG_FAILED'
  | 'HTTP_REQUEST_LOG_INVALID'
  | 'HTTP_SERVICE_INVALID'
  | 'HTTP_TRUST_INVALID'
  | 'HTTP_UNAUTHENTICATED';

/** The table behind {@link HttpErrorCode}. */
export const httpErrors: Readonly<Record<HttpErrorCode, ErrorEntry>> = {
  HTTP_AUTHORIZE_MISSING: {
    meaning: 'the handler was given no authorize, so nobody could be told apart from an auditor',
    remedy: 'Pass authorize: (request, host) => a policy, "unauthenticated", or undefined where this person may not read.',
  },
  HTTP_BUSY: {
    meaning: 'too many exports and tails are open',
    remedy: 'Try again in a moment; the option maxStreams says how many there may be.',
  },
  HTTP_HEADER_NAME_INVALID: {
    meaning: 'an option names a header that cannot exist, or for requestContext one that carries credentials',
    remedy: 'Give the name of the header as it is sent, for example "x-request-id"; as an option of requestContext never cookie or authorization.',
  },
  HTTP_METHOD_NOT_ALLOWED: {
    meaning: 'this resource does not take this method',
    remedy: 'The log is only read: use GET; the header allow says what this resource takes.',
  },
  HTTP_NOT_FOUND: {
    meaning: 'there is nothing here, or nothing that you may see',
    remedy: 'Check the address; it may have been removed by retention. openapi.json lists every resource.',
  },
  HTTP_PARAMETER_INVALID: {
    meaning: 'a parameter of the address cannot be read',
    remedy: 'Correct the parameter that is named here; openapi.json says what each takes.',
  },
  HTTP_PATTERN_INVALID: {
    meaning: 'a pattern of paths or hosts cannot be used',
    remedy: 'Give lists of globs such as "/api/**", "*.example.com" or "/{a,b}/*", or of regular expressions; a host without scheme and path; split a long glob into several.',
  },
  HTTP_READER_MISSING: {
    meaning: 'the handler was given no reader',
    remedy: 'Pass reader: postgresReader(client), or memoryReader(store) in tests.',
  },
  HTTP_READ_FAILED: {
    meaning: 'the log could not be read',
    remedy: 'Try again; onProblem of the handler was told the cause.',
  },
  HTTP_REPORT_DENIED: {
    meaning: 'this may not be reported by a client',
    remedy: 'List the action in reports.actions, and let reports.authorize allow this client.',
  },
  HTTP_REPORT_INVALID: {
    meaning: 'the report cannot be read',
    remedy: 'Send { action, target?: { type, id }, metadata?, reason? } and nothing else; who and when are not the client’s to say.',
  },
  HTTP_REPORT_LIMITED: {
    meaning: 'too many reports in a short time',
    remedy: 'Wait as long as the header retry-after says; reports.limit sets how many there may be.',
  },
  HTTP_REPORT_LOST: {
    meaning: 'the report was not stored',
    remedy: 'Report it again later.',
  },
  HTTP_REPORT_NOT_JSON: {
    meaning: 'a report is JSON',
    remedy: 'Send it with content-type: application/json. A form of another site cannot, which is why it is asked for.',
  },
  HTTP_REPORT_TOO_LARGE: {
    meaning: 'the report is larger than 64 kB',
    remedy: 'Report what happened, not the document that it happened to.',
  },
  HTTP_REPORTS_INVALID: {
    meaning: 'the option reports has no deedlog, no actions, an action that the catalogue does not have, or no authorize',
    remedy: 'Pass reports: { deedlog, actions: ["report.print"], authorize: (request, host) => whether this client may report }.',
  },
  HTTP_REQUEST_LOG_FAILED: {
    meaning: 'a request was not recorded; the request itself was not touched',
    remedy: 'See the cause: the sink, or a callback in the options of the log. Said once until a record is written again.',
  },
  HTTP_REQUEST_LOG_INVALID: {
    meaning: 'an option of a request log cannot be used',
    remedy: 'Correct what is named here; the documentation of the options says what each takes.',
  },
  HTTP_SERVICE_INVALID: {
    meaning: 'a service that is called has no name, no hosts, or a baseUrl that is no URL',
    remedy: "Give each name its hosts: services: { apollo: 'api.apollo.example' }, or { apollo: { hosts: ['api.apollo.example'], query: ['page'] } }; httpClient({ service: 'apollo', baseUrl: 'https://api.apollo.example/v1' }).",
  },
  HTTP_TRUST_INVALID: {
    meaning: 'the proxy trust rule of requestContext cannot be used',
    remedy: 'Give false, a number of hops, "loopback", "linklocal", "uniquelocal", addresses or CIDR ranges; to trust everybody is not on offer.',
  },
  HTTP_UNAUTHENTICATED: {
    meaning: 'nobody is signed in',
    remedy: 'Sign in to the application, then try again.',
  },
};

export const httpError: ErrorFactory<HttpErrorCode> = defineErrors(httpErrors);
