import type { ActivityQuery, LogView } from '@deedlog/core';
import { exportLog } from './export-log.ts';
import { openApiDocument } from './openapi/document.ts';
import { problemResponse, report } from './problem.ts';
import type { OnReadProblem } from './problem.ts';
import { FILTER_PARAMS, filterOf, PAGE_PARAMS, Params, queryOf } from './query-of-params.ts';
import { jsonResponse, madeResponse, streamResponse } from './responses.ts';
import type { Route } from './route.ts';
import type { Slots } from './slots.ts';
import { tailStream } from './tail-stream.ts';
import type { HistoryElementOption, ViewerOption } from './viewer-option.ts';

/** What the handler was set up with. */
export interface Resources {
  readonly base: string;
  readonly viewer: ViewerOption | undefined;
  readonly historyElement: HistoryElementOption | undefined;
  readonly slots: Slots;
  readonly tail: { readonly interval: number; readonly lifetime: number };
  readonly onProblem: OnReadProblem;
  readonly hasReports: boolean;
}

export interface Asked {
  readonly request: Request;
  readonly url: URL;
  readonly route: Route;
  readonly resources: Resources;
}

/** What a request that may read is answered with. Rejects with what the reader throws. */
export async function answer(view: LogView, asked: Asked): Promise<Response> {
  const { url, route, resources } = asked;
  const [first = '', second = ''] = route.args;
  switch (route.name) {
    case 'page':
      return pageResponse(resources);
    case 'element':
      return elementResponse(resources);
    case 'activities':
      return jsonResponse(await view.list(pageQuery(url)));
    case 'activity':
      return activityResponse(view, url, first);
    case 'object':
      return jsonResponse(await view.history({ type: first, id: second }, pageQuery(url, 'targetType', 'targetId')));
    case 'actor':
      return jsonResponse(await view.actor(first, pageQuery(url, 'actor', 'actorKind')));
    case 'access':
      return jsonResponse(await view.access(first, pageQuery(url)));
    case 'chart': {
      const params = new Params(url.searchParams, [...FILTER_PARAMS, 'buckets']);
      return jsonResponse(await view.chart({ ...filterOf(params), buckets: params.whole('buckets') }));
    }
    case 'findings':
      new Params(url.searchParams, []);
      return jsonResponse({ results: await view.findings() });
    case 'models':
      new Params(url.searchParams, []);
      return jsonResponse(await view.models());
    case 'export':
      return exportResponse(view, asked);
    case 'tail':
      return tailResponse(view, asked);
    case 'openapi':
      return jsonResponse(openApiDocument(resources.base, { reports: resources.hasReports }));
    case 'reports':
      return problemResponse('HTTP_NOT_FOUND');
  }
}

/** The query of a listing. `without`: filters that the path says already. Throws `HTTP_PARAMETER_INVALID`. */
export function pageQuery({ searchParams }: URL, ...without: readonly string[]): ActivityQuery {
  return queryOf(new Params(searchParams, [...FILTER_PARAMS, ...PAGE_PARAMS].filter((name) => !without.includes(name))));
}

async function activityResponse(view: LogView, url: URL, id: string): Promise<Response> {
  new Params(url.searchParams, []);
  const item = await view.get(id);
  return item === undefined ? problemResponse('HTTP_NOT_FOUND') : jsonResponse(item);
}

function pageResponse({ viewer, base }: Resources): Response {
  if (viewer === undefined) return problemResponse('HTTP_NOT_FOUND');
  const { html, headers } = viewer({ base });
  return madeResponse(html, headers);
}

function elementResponse({ historyElement }: Resources): Response {
  if (historyElement === undefined) return problemResponse('HTTP_NOT_FOUND');
  const { script, headers } = historyElement();
  return madeResponse(script, headers);
}

const CONTENT_TYPES = { csv: 'text/csv; charset=utf-8; header=present', jsonl: 'application/jsonl; charset=utf-8' } as const;

async function exportResponse(view: LogView, { request, url, resources: { slots, onProblem } }: Asked): Promise<Response> {
  const params = new Params(url.searchParams, [...FILTER_PARAMS, 'format']);
  const format = params.oneOf('format', ['csv', 'jsonl']) ?? 'csv';
  const onError = (error: unknown): void => report(error, request, onProblem);
  const body = await exportLog(view, { filter: filterOf(params), format, slots, signal: request.signal, onError });
  // Nothing of the request is in the name.
  const name = `activities-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}Z.${format}`;
  return streamResponse(body, { 'content-type': CONTENT_TYPES[format], 'content-disposition': `attachment; filename="${name}"` });
}

async function tailResponse(view: LogView, { request, url, resources: { slots, tail, onProblem } }: Asked): Promise<Response> {
  const params = new Params(url.searchParams, [...FILTER_PARAMS, 'after']);
  const onError = (error: unknown): void => report(error, request, onProblem);
  const after = request.headers.get('last-event-id') ?? params.text('after');
  const body = await tailStream(view, { ...tail, filter: filterOf(params), after: after === '' ? undefined : after, slots, signal: request.signal, onError });
  // nginx holds back what it does not know to be a stream.
  return streamResponse(body, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
}
