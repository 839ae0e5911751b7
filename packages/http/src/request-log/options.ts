import type { Actor, ActivityContext, Flow } from '@deedlog/core';
import type { KeptPartsOptions } from '../record-parts/kept-parts.ts';
import type { PatternRules } from '../record-parts/patterns.ts';
import type { OnLogProblem, RequestSink } from '../record-parts/request-writer.ts';
import type { FromRequest } from '../request-context.ts';
import type { RequestLike } from '../request-like.ts';

/** The part of deedlog that a request log works with. */
export interface FlowingDeedlog {
  readonly enabled: boolean;
  run<Result>(options: { readonly context: ActivityContext; readonly newFlow: boolean }, body: () => Result): Result;
  currentFlow(): Flow | undefined;
}

export interface RequestLogOptions<Request extends RequestLike = RequestLike> extends KeptPartsOptions {
  /** Gets a record for each request once it is over. */
  readonly sink: RequestSink;
  /** Opens the scope of each request, so that its record has the correlation id of its activities, and their actor. */
  readonly deedlog: FlowingDeedlog;
  /** Name of this service. */
  readonly serviceName: string;
  /** The function that the context resolver of `createDeedlog` calls, so that both tell the same request id. Default `requestContext()`. */
  readonly context?: FromRequest<Request>;
  /** Which paths are recorded. Default: all but {@link HEALTH_CHECKS}; `exclude: []` records these too. On the others the scope is opened all the same. */
  readonly paths?: PatternRules;
  /** Who acts in a request in which deedlog asked nobody: one that recorded no activity. Gets what the adapter was given; asked when the request is over. */
  readonly actor?: (request: Request) => Actor | null | undefined;
  /** The clock of `startedAt`. Durations are measured by another, which only goes forward. */
  readonly now?: () => Date;
  /** Told, once per spell, of what kept requests from being recorded. Default: a process warning. */
  readonly onProblem?: OnLogProblem;
}
