import { createId } from '@deedlog/core';
import type { Flow, RecordedHeaders, RecordedResponse, RequestRecord } from '@deedlog/core';
import { errorText } from '../record-parts/error-text.ts';
import { flowColumns } from '../record-parts/flow-columns.ts';
import type { BodyCollector } from '../record-parts/kept-body.ts';
import { headerValue } from '../record-parts/kept-headers.ts';
import type { HeadersLike } from '../record-parts/kept-headers.ts';
import { maskedHeaders, maskOf, secretsOfPath } from '../record-parts/mask.ts';
import { secretsOfQuery } from '../record-parts/sent-secrets.ts';
import type { CallTarget } from './call-target.ts';
import type { Service } from './services.ts';

/** What is known of a call when it begins. */
export interface CallStart {
  readonly service: Service;
  readonly target: CallTarget;
  /** As it is stored. */
  readonly path: string;
  /** In upper case. */
  readonly method: string;
  readonly flow: Flow | undefined;
}

/** One message of a call: its allowed headers, and its body as it passes by. */
class Message {
  readonly body: BodyCollector | undefined;
  headers: RecordedHeaders = {};
  #contentType: string | undefined;
  #contentEncoding: string | undefined;

  constructor(body: BodyCollector | undefined) {
    this.body = body;
  }

  /** `decoded`: the body passes by as the application reads it, whatever the headers say of its encoding. */
  said(kept: RecordedHeaders, headers: HeadersLike, decoded: boolean): void {
    this.headers = kept;
    if (this.body === undefined) return;
    this.#contentType = headerValue(headers, 'content-type');
    this.#contentEncoding = decoded ? undefined : headerValue(headers, 'content-encoding');
  }

  json(): RecordedResponse['body'] {
    return this.body?.json({ contentType: this.#contentType, contentEncoding: this.#contentEncoding }) ?? null;
  }
}

/** One call under way. It holds only what may be stored of it, so that it keeps no request of the application alive. */
export class Call {
  readonly id: string = createId();
  readonly startedAt: Date = new Date();
  readonly start: CallStart;
  readonly #began = performance.now();
  readonly #sent: Message;
  readonly #received: Message;
  #statusCode: number | undefined;

  constructor(start: CallStart) {
    const { service, method, target } = start;
    const route = { method, path: target.path };
    this.start = start;
    this.#sent = new Message(service.parts.requestBody(route));
    this.#received = new Message(service.parts.responseBody(route));
  }

  /** Undefined: nothing of the body is allowed, so that none need be shown. */
  get sentBody(): BodyCollector | undefined {
    return this.#sent.body;
  }

  get receivedBody(): BodyCollector | undefined {
    return this.#received.body;
  }

  requestHeaders(headers: HeadersLike): void {
    this.#sent.said(this.start.service.parts.requestHeaders(headers), headers, false);
  }

  answered(statusCode: number, headers: HeadersLike, { decoded = false }: { decoded?: boolean } = {}): void {
    this.#statusCode = statusCode;
    this.#received.said(this.start.service.parts.responseHeaders(headers), headers, decoded);
  }

  /** Call it once: it reads bodies, and the clock. */
  record(error: unknown): RequestRecord {
    const { service, target, path, method, flow } = this.start;
    const { protocol, host } = target.origin;
    const hidden = secretsOfPath(target.path, path);
    const query = service.parts.query(target.query);
    return {
      id: this.id,
      startedAt: this.startedAt,
      requestType: 'external',
      protocol,
      serviceName: service.name,
      request: {
        method,
        path,
        endpoint: `${protocol}://${host}${path}`,
        query,
        headers: maskedHeaders(this.#sent.headers, hidden),
        body: this.#sent.json(),
      },
      response: this.#response(hidden),
      error: error === undefined ? null : errorText(error, maskOf([...hidden, ...secretsOfQuery(target.query, query)])),
      executionTime: performance.now() - this.#began,
      ...flowColumns(flow),
    };
  }

  #response(hidden: readonly string[]): RecordedResponse | null {
    if (this.#statusCode === undefined) return null;
    return { statusCode: this.#statusCode, headers: maskedHeaders(this.#received.headers, hidden), body: this.#received.json() };
  }
}
