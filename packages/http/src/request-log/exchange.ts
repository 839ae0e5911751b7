import { createId } from '@deedlog/core';
import type { ActivityContext, Actor, Flow, RecordedResponse, RequestRecord } from '@deedlog/core';
import { cleanLine, cleanPath } from '../record-parts/clean-line.ts';
import { errorText } from '../record-parts/error-text.ts';
import { flowColumns } from '../record-parts/flow-columns.ts';
import type { BodyCollector, Route } from '../record-parts/kept-body.ts';
import { headerValue } from '../record-parts/kept-headers.ts';
import type { HeadersLike } from '../record-parts/kept-headers.ts';
import { maskedHeaders, maskOf, secretsOfPath } from '../record-parts/mask.ts';
import { secretsOfHeaders, secretsOfQuery } from '../record-parts/sent-secrets.ts';
import { queryOf } from '../record-parts/url-text.ts';
import { rawUrl } from '../request-like.ts';
import type { RequestLike } from '../request-like.ts';
import { wholePath } from '../request-path.ts';
import type { LogSetting } from './setting.ts';

/** A request that is recorded. */
export interface Arrival {
  readonly request: RequestLike;
  /** What the application's `actor` is asked of. */
  readonly told: unknown;
  readonly protocol: 'http' | 'https';
  readonly context: ActivityContext;
}

/** What was answered. */
export interface Answer {
  readonly statusCode: number | null;
  readonly headers: HeadersLike;
  /** Whether it has a body at all: one to HEAD has none, whatever the application wrote. */
  readonly hasBody: boolean;
}

/** Knows what has been answered by now; null: nothing was begun. */
export interface Answering {
  answer(): Answer | null;
}

const UNANSWERED: Answering = { answer: () => null };

/** Stands in the error text of a request whose answer did not get through. */
const ABORTED = 'aborted: the connection was closed before the answer was through';

const MAX_METHOD = 32;

/** One request from its first sight to its record. Collects while it lasts; everything that costs is done once it is over. */
export class Exchange {
  readonly requestBody: BodyCollector | undefined;
  readonly responseBody: BodyCollector | undefined;
  /** The adapter's to set. */
  answering: Answering = UNANSWERED;
  readonly #setting: LogSetting;
  readonly #arrival: Arrival;
  readonly #flow: Flow | undefined;
  readonly #route: Route;
  readonly #url: string;
  readonly #startedAt: Date;
  readonly #began: number = performance.now();
  #error: { readonly thrown: unknown } | undefined;
  #ended = false;

  constructor(setting: LogSetting, arrival: Arrival, flow: Flow | undefined) {
    const { writer, parts } = setting;
    const { request, context } = arrival;
    this.#setting = setting;
    this.#arrival = arrival;
    this.#flow = flow;
    this.#startedAt = writer.ask('now', setting.now, new Date());
    // Routers and middlewares rewrite it.
    this.#url = rawUrl(request);
    this.#route = { method: context.method ?? request.method?.toUpperCase() ?? '', path: context.path ?? '' };
    this.requestBody = writer.ask('body.request', () => parts.requestBody(this.#route), undefined);
    this.responseBody = writer.ask('body.response', () => parts.responseBody(this.#route), undefined);
  }

  get method(): string {
    return this.#route.method;
  }

  get isOver(): boolean {
    return this.#ended;
  }

  /** What was thrown; the first one tells. */
  failed(thrown: unknown): void {
    this.#error ??= { thrown };
  }

  /** It is over: the record is written. Only the first end counts. */
  end({ aborted = false, took = this.elapsed() }: { readonly aborted?: boolean; readonly took?: number } = {}): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#setting.writer.write(() => this.#record(this.answering.answer(), { aborted, took }));
  }

  /** Milliseconds since it began. */
  elapsed(): number {
    return performance.now() - this.#began;
  }

  #record(answer: Answer | null, { aborted, took }: { readonly aborted: boolean; readonly took: number }): RequestRecord {
    const { serviceName, parts } = this.#setting;
    const { request, protocol } = this.#arrival;
    const headers = request.headers as HeadersLike;
    const hidden = this.#hidden();
    return {
      id: createId(this.#startedAt.getTime()),
      startedAt: this.#startedAt,
      requestType: 'internal',
      protocol,
      serviceName,
      request: {
        method: cleanLine(this.#route.method, MAX_METHOD),
        path: cleanPath(this.#route.path),
        endpoint: null,
        query: parts.query(queryOf(this.#url)),
        headers: maskedHeaders(parts.requestHeaders(headers), hidden),
        body: this.requestBody?.json(bodyHeaders(headers)) ?? null,
      },
      response: answer === null ? null : this.#response(answer, hidden),
      error: this.#errorText(aborted, hidden),
      executionTime: took,
      ...flowColumns(this.#flowNow()),
    };
  }

  #response({ statusCode, headers, hasBody }: Answer, hidden: readonly string[]): RecordedResponse {
    return {
      statusCode,
      headers: maskedHeaders(this.#setting.parts.responseHeaders(headers), hidden),
      body: hasBody ? (this.responseBody?.json(bodyHeaders(headers)) ?? null) : null,
    };
  }

  /** Whom deedlog asked says who acted; else the application may. */
  #flowNow(): Flow | undefined {
    const flow = this.#flow;
    const { actor: ask, writer } = this.#setting;
    if (ask === undefined || flow === undefined || flow.actor !== undefined) return flow;
    const actor = writer.ask<Actor | null | undefined>('actor', () => ask(this.#arrival.told as never), undefined);
    return { correlationId: flow.correlationId, causationId: flow.causationId, context: flow.context, actor };
  }

  /** What of the path the application's rule for it has left out. */
  #hidden(): readonly string[] {
    const given = wholePath(this.#url) ?? '';
    const { path } = this.#arrival.context;
    return path === undefined ? [given] : secretsOfPath(given, path);
  }

  /** What the application may quote of a request when it fails. */
  #secrets(hidden: readonly string[]): readonly string[] {
    const query = queryOf(this.#url);
    return [...hidden, ...secretsOfQuery(query, this.#setting.parts.query(query)), ...secretsOfHeaders(this.#arrival.request.headers as HeadersLike)];
  }

  #errorText(aborted: boolean, hidden: readonly string[]): string | null {
    const thrown = this.#error === undefined ? undefined : errorText(this.#error.thrown, maskOf(this.#secrets(hidden)));
    if (!aborted) return thrown ?? null;
    return thrown === undefined ? ABORTED : `${ABORTED}; ${thrown}`;
  }
}

function bodyHeaders(headers: HeadersLike): { readonly contentType: string | undefined; readonly contentEncoding: string | undefined } {
  return { contentType: headerValue(headers, 'content-type'), contentEncoding: headerValue(headers, 'content-encoding') };
}
