import { actorColumns } from '@deedlog/core';
import type { Actor, Flow, JsonObject } from '@deedlog/core';

/** The running request, as every line tells of it: enough to find its record and its activities. '': none runs. */
export function requestOf(flow: (() => Flow | undefined) | undefined): JsonObject | '' {
  if (flow === undefined) return '';
  try {
    const running = flow();
    // Wrong, but a promise that nobody hears would end the process when it rejects.
    if (running instanceof Promise) running.catch(() => undefined);
    return running === undefined ? '' : described(running);
  } catch {
    return '';
  }
}

function described({ context, correlationId, causationId, actor }: Flow): JsonObject {
  return {
    method: context.method ?? null,
    path: context.path ?? null,
    ip: context.ip ?? null,
    request_id: context.requestId ?? null,
    trace_id: context.traceId ?? null,
    tenant: context.tenant ?? null,
    correlation_id: correlationId,
    causation_id: causationId,
    ...actorFields(actor ?? null),
  };
}

function actorFields(actor: Actor | null): JsonObject {
  const { actorKind, actorId, actorLabel } = actorColumns(actor);
  return { actor_kind: actorKind, actor_id: actorId, actor_label: actorLabel };
}
