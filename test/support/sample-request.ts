import { createId } from '@deedlog/core';
import type { RequestRecord } from '@deedlog/core';

/** A request of which nothing is known but that it came. */
export function bareRequest(given: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id: createId(),
    startedAt: new Date(),
    requestType: 'internal',
    protocol: 'http',
    serviceName: 'test',
    request: { method: 'GET', path: '/', endpoint: null, query: {}, headers: {}, body: null },
    response: null,
    error: null,
    executionTime: 1,
    actorKind: null,
    actorId: null,
    actorLabel: null,
    onBehalfOf: null,
    ip: null,
    requestId: null,
    traceId: null,
    tenant: null,
    correlationId: null,
    causationId: null,
    ...given,
  };
}
