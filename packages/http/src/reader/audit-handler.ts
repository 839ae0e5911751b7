import type { LogView, Reader } from '@deedlog/core';
import { answer } from './answer.ts';
import type { Resources } from './answer.ts';
import { clientReports } from './client-reports.ts';
import type { ReportsOptions } from './client-reports.ts';
import { problemResponse, warn } from './problem.ts';
import type { OnReadProblem } from './problem.ts';
import { requireReaderAndAuthorize, isResponse, viewOf } from './read-decision.ts';
import type { ReadDecision } from './read-decision.ts';
import { withoutBody } from './responses.ts';
import { normalBase, routeOf } from './route.ts';
import { neverRejecting } from './never-rejecting.ts';
import type { AuditHandler } from './never-rejecting.ts';
import type { Route } from './route.ts';
import { Slots } from './slots.ts';
import type { HistoryElementOption, ViewerOption } from './viewer-option.ts';

export interface AuditHandlerOptions<Host = unknown> {
  readonly reader: Reader;
  /** Who may read what. Asked on every request; what it does not grant is denied. */
  readonly authorize: (request: Request, host: Host) => ReadDecision | Promise<ReadDecision>;
  /** The path under which the handler is mounted. Default `/audit`; '' for the root. */
  readonly base?: string;
  /** The page at the base. Default: none. */
  readonly viewer?: ViewerOption;
  /** The script at `<base>/history.js`. Default: none. */
  readonly historyElement?: HistoryElementOption;
  /** Takes activities that a front end reports itself. Default: none are taken. */
  readonly reports?: ReportsOptions<Host>;
  /** Exports and tails that may be open at a time. Default 100. */
  readonly maxStreams?: number;
  readonly tail?: {
    /** Between two looks at the log, in milliseconds. Default 1000. */
    readonly interval?: number;
    /** After so long a tail ends, in milliseconds; the browser connects again and is authorised again. Default 5 minutes. */
    readonly lifetime?: number;
  };
  /** Told of what is no fault of the client. Default: a process warning. */
  readonly onProblem?: OnReadProblem;
}

const TAIL = { interval: 1000, lifetime: 300_000 };

/**
 * The log over HTTP: the REST interface, its OpenAPI document, the viewer and client reports below one path. Mounts wherever a fetch handler does.
 * Throws `HTTP_READER_MISSING`, `HTTP_AUTHORIZE_MISSING` and `HTTP_REPORTS_INVALID`. The handler never rejects, but where `authorize` returns a response it is
 * passed on as it is.
 * @example auditHandler({ reader, viewer: viewerPage, authorize: async (request) => (await isAuditor(request)) && { tenants: 'all', models: 'all' } })
 */
export function auditHandler<Host = unknown>(options: AuditHandlerOptions<Host>): AuditHandler<Host> {
  requireReaderAndAuthorize(options);
  const { reader, authorize, base: given = '/audit', viewer, historyElement, onProblem = warn, maxStreams = 100 } = options;
  const base = normalBase(given);
  const takeReport = options.reports === undefined ? undefined : clientReports(options.reports);
  const tail = { ...TAIL, ...options.tail };
  const resources: Resources = { base, viewer, historyElement, slots: new Slots(maxStreams), tail, onProblem, hasReports: takeReport !== undefined };

  const respond = async (request: Request, host: Host): Promise<Response> => {
    const url = new URL(request.url);
    const route = routeOf(url.pathname, base);
    if (route?.name === 'reports' && takeReport !== undefined) return request.method === 'POST' ? takeReport(request, host) : notAllowed('POST');
    const view: LogView | Response = viewOf(reader, await authorize(request, host));
    if (isResponse(view)) return view;
    if (!isThere(route, resources)) return problemResponse('HTTP_NOT_FOUND');
    if (request.method !== 'GET' && request.method !== 'HEAD') return notAllowed('GET, HEAD');
    const response = await answer(view, { request, url, route, resources });
    return request.method === 'HEAD' ? withoutBody(response) : response;
  };
  return neverRejecting(respond, onProblem);
}

function notAllowed(allow: string): Response {
  return problemResponse('HTTP_METHOD_NOT_ALLOWED', { allow });
}

/** Whether a route is served by this handler. */
function isThere(route: Route | undefined, { viewer, historyElement }: Resources): route is Route {
  if (route?.name === 'page') return viewer !== undefined;
  if (route?.name === 'element') return historyElement !== undefined;
  return route !== undefined && route.name !== 'reports';
}
