import type { Actor } from '@deedlog/core';
import { httpError } from '../errors.ts';
import { cleanLine } from '../record-parts/clean-line.ts';
import { keptParts } from '../record-parts/kept-parts.ts';
import type { KeptParts } from '../record-parts/kept-parts.ts';
import { HEALTH_CHECKS, patternMatcher } from '../record-parts/patterns.ts';
import { requestWriter } from '../record-parts/request-writer.ts';
import type { RequestWriter } from '../record-parts/request-writer.ts';
import { ObjectSlot } from '../object-slot.ts';
import { requestContext } from '../request-context.ts';
import type { FromRequest } from '../request-context.ts';
import type { Exchange } from './exchange.ts';
import { HandedOn } from './handed-on.ts';
import { NodeResponses } from './node-answer.ts';
import { NodeRequests } from './node-request.ts';
import type { FlowingDeedlog, RequestLogOptions } from './options.ts';

/** The options of a request log, checked and with their defaults. */
export interface LogSetting {
  readonly deedlog: FlowingDeedlog;
  readonly writer: RequestWriter;
  readonly parts: KeptParts;
  readonly serviceName: string;
  readonly context: FromRequest;
  readonly actor: ((request: never) => Actor | null | undefined) | undefined;
  readonly isLogged: (path: string) => boolean;
  readonly now: () => Date;
  /** The requests that are under way, by the object that stands for them; null: it is not recorded. */
  readonly entered: ObjectSlot<Exchange | null>;
  readonly handedOn: HandedOn;
  readonly nodeRequests: NodeRequests;
  readonly nodeResponses: NodeResponses;
}

const MAX_SERVICE_NAME = 200;

/** Throws `HTTP_REQUEST_LOG_INVALID`, `HTTP_HEADER_NAME_INVALID` and `HTTP_PATTERN_INVALID`. */
export function settingOf(options: RequestLogOptions<never>): LogSetting {
  const { sink, deedlog, serviceName, context = requestContext(), paths, actor, now = () => new Date(), onProblem } = options;
  if (typeof deedlog?.run !== 'function') throw httpError('HTTP_REQUEST_LOG_INVALID', 'deedlog: give what createDeedlog returned');
  if (typeof serviceName !== 'string' || serviceName === '') throw httpError('HTTP_REQUEST_LOG_INVALID', 'serviceName: give a name');
  return {
    deedlog,
    writer: requestWriter(sink, onProblem),
    parts: keptParts(options),
    serviceName: cleanLine(serviceName, MAX_SERVICE_NAME),
    context: context as FromRequest,
    actor,
    isLogged: patternMatcher(paths, { exclude: HEALTH_CHECKS }),
    now,
    entered: new ObjectSlot('deedlog.exchange'),
    handedOn: new HandedOn(),
    nodeRequests: new NodeRequests(),
    nodeResponses: new NodeResponses(),
  };
}
