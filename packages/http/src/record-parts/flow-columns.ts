import { cleanText, knownActorColumns, LIMITS } from '@deedlog/core';
import type { ActorColumns, Flow, RequestRecord } from '@deedlog/core';

/** What a record takes from the flow that it belongs to. */
export type FlowColumns = ActorColumns & Pick<RequestRecord, 'ip' | 'requestId' | 'traceId' | 'tenant' | 'correlationId' | 'causationId'>;

/** Reads the flow as it is now: the actor is who is known by now. Undefined: there is none. Never throws. */
export function flowColumns(flow: Flow | undefined): FlowColumns {
  const { ip, requestId, traceId, tenant } = flow?.context ?? {};
  return {
    ...knownActorColumns(flow?.actor),
    ip: identity(ip),
    requestId: identity(requestId),
    traceId: identity(traceId),
    tenant: identity(tenant),
    correlationId: flow?.correlationId ?? null,
    causationId: flow?.causationId ?? null,
  };
}

function identity(value: unknown): string | null {
  return value === undefined || value === null || value === '' ? null : cleanText(value, LIMITS.identity);
}
