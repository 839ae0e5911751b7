import { createId } from '@deedlog/core';
import type { Flow, JsonObject, RequestRecord } from '@deedlog/core';
import { errorText } from '../record-parts/error-text.ts';
import { flowColumns } from '../record-parts/flow-columns.ts';
import type { Mask } from '../record-parts/mask.ts';
import { urlPath } from './sftp-address.ts';

/** What is known of a call when it begins; paths as they are stored. */
export interface SftpCallStart {
  readonly service: string;
  /** Name of the method that was called. */
  readonly method: string;
  readonly path: string;
  /** Scheme, host and port. */
  readonly origin: string;
  readonly asked: JsonObject | null;
  readonly flow: Flow | undefined;
}

/** How a call ended. An answer may stand beside a failure: what came before it. */
export interface SftpEnding {
  /** Undefined: none came. Null: one of which nothing is kept. */
  readonly answered?: JsonObject | null | undefined;
  readonly failure?: SftpFailure | undefined;
}

export interface SftpFailure {
  readonly error: unknown;
  readonly mask: Mask;
}

/** One call under way. */
export class SftpCall {
  readonly #id: string = createId();
  readonly #startedAt: Date = new Date();
  readonly #began: number = performance.now();
  readonly #start: SftpCallStart;

  constructor(start: SftpCallStart) {
    this.#start = start;
  }

  record({ answered, failure }: SftpEnding): RequestRecord {
    const { service, method, path, origin, asked, flow } = this.#start;
    return {
      id: this.#id,
      startedAt: this.#startedAt,
      requestType: 'external',
      protocol: 'sftp',
      serviceName: service,
      request: { method: method.toUpperCase(), path, endpoint: `${origin}${urlPath(path)}`, query: {}, headers: {}, body: asked },
      response: answered === undefined ? null : { statusCode: null, headers: {}, body: answered },
      error: failure === undefined ? null : errorText(failure.error, failure.mask),
      executionTime: performance.now() - this.#began,
      ...flowColumns(flow),
    };
  }
}
