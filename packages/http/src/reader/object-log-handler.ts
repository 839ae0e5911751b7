import type { ObjectReference, Reader } from '@deedlog/core';
import { pageQuery } from './answer.ts';
import { neverRejecting } from './never-rejecting.ts';
import type { AuditHandler } from './never-rejecting.ts';
import { problemResponse, warn } from './problem.ts';
import type { OnReadProblem } from './problem.ts';
import { isResponse, requireReaderAndAuthorize, viewOf } from './read-decision.ts';
import type { ReadDecision } from './read-decision.ts';
import { jsonResponse, withoutBody } from './responses.ts';
import { decoded } from './route.ts';

export interface ObjectLogOptions<Host = unknown> {
  readonly reader: Reader;
  /** Who may read what of this object's history. */
  readonly authorize: (request: Request, host: Host, object: ObjectReference) => ReadDecision | Promise<ReadDecision>;
  /** Told of what is no fault of the client. Default: a process warning. */
  readonly onProblem?: OnReadProblem;
}

/**
 * Gives an object its own log: `GET <path>/:id/log`, in the shape of every listing, with the same filters and paging. The id is the part of the path before
 * `log`. Throws `HTTP_READER_MISSING` and `HTTP_AUTHORIZE_MISSING`.
 * @example app.get('/invoices/:id/log', (c) => invoiceLog(c.req.raw))
 */
export function objectLogHandler<Host = unknown>(type: string, options: ObjectLogOptions<Host>): AuditHandler<Host> {
  requireReaderAndAuthorize(options);
  const { reader, authorize, onProblem = warn } = options;
  const respond = async (request: Request, host: Host): Promise<Response> => {
    const url = new URL(request.url);
    const id = idOf(url.pathname);
    if (id === undefined) return problemResponse('HTTP_NOT_FOUND');
    const object = { type, id };
    const view = viewOf(reader, await authorize(request, host, object));
    if (isResponse(view)) return view;
    if (request.method !== 'GET' && request.method !== 'HEAD') return problemResponse('HTTP_METHOD_NOT_ALLOWED', { allow: 'GET, HEAD' });
    const response = jsonResponse(await view.history(object, pageQuery(url, 'targetType', 'targetId')));
    return request.method === 'HEAD' ? withoutBody(response) : response;
  };
  return neverRejecting(respond, onProblem);
}

function idOf(pathname: string): string | undefined {
  const [log, id] = pathname.split('/').toReversed();
  return log === 'log' && id !== undefined && id !== '' ? decoded(id) : undefined;
}
