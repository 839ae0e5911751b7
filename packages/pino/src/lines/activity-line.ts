import { renderMessage } from '@deedlog/core';
import type { Activity, ActorLink, JsonObject } from '@deedlog/core';
import { crudFields, crudMessage } from './crud.ts';
import type { CrudFacts, EventType } from './crud.ts';
import type { Line } from './line.ts';
import { userFields } from './user-fields.ts';
import type { DescribeUser } from './user-fields.ts';

/** The verbs that say the same as an event type. */
const EVENT_TYPES: Readonly<Record<string, EventType>> = { create: 'CREATE', read: 'READ', view: 'READ', update: 'UPDATE', delete: 'DELETE' };

export interface ActivityLineOptions {
  readonly user: DescribeUser | undefined;
  /** Whether the line of an effect tells what became of the activity's target. */
  readonly isTold: boolean;
}

/** `audit.crud` of an activity that read, created, updated or deleted its target, where no effect tells so; else `audit.activity`. Both have all of its facts. */
export function activityLine(activity: Activity, { user: describe, isTold }: ActivityLineOptions): Line {
  const crud = crudOf(activity, isTold);
  const user = userFields(activity, describe);
  const facts = activityFacts(activity);
  const base = { level: 'audit', time: activity.occurredAt } as const;
  return crud === undefined
    ? { ...base, shape: 'activity', message: messageOf(activity), fields: { name: 'audit.activity', user, ...facts } }
    : { ...base, shape: 'crud', message: crudMessage(crud), fields: { ...crudFields(crud), user, extra: activity.metadata, ...facts } };
}

/**
 * A second line with the same event type would count a change twice. The orm's own activities stand for a flush, which has effects always. What failed
 * or was denied changed nothing.
 */
function crudOf({ action, outcome, observer, targetType, targetId }: Activity, isTold: boolean): CrudFacts | undefined {
  if (outcome !== 'success' || targetType === null || targetId === null) return undefined;
  const verb = action.slice(action.lastIndexOf('.') + 1);
  const type = Object.hasOwn(EVENT_TYPES, verb) ? EVENT_TYPES[verb] : undefined;
  if (type === undefined) return undefined;
  return type === 'READ' || !(isTold || observer === 'mikro-orm') ? { model: targetType, type, id: targetId } : undefined;
}

function messageOf({ message, messageValues, action, outcome, targetType, targetId }: Activity): string {
  if (message !== null) return renderMessage(message, messageValues);
  return `${action}${targetType === null ? '' : ` ${targetType} (id: ${targetId})`}: ${outcome}`;
}

/** Every fact of the activity. `model` is the target's type on `audit.crud` lines, so that deedlog's model is `activity_model`. */
function activityFacts(activity: Activity): JsonObject {
  return {
    record: 'activity',
    id: activity.id,
    occurred_at: activity.occurredAt.toISOString(),
    recorded_at: activity.recordedAt.toISOString(),
    action: activity.action,
    outcome: activity.outcome,
    outcome_code: activity.outcomeCode,
    actor_kind: activity.actorKind,
    actor_id: activity.actorId,
    actor_label: activity.actorLabel,
    on_behalf_of: linkFields(activity.onBehalfOf),
    target_type: activity.targetType,
    target_id: activity.targetId,
    target_label: activity.targetLabel,
    related: activity.related === null ? null : activity.related.map(({ role, type, id, label }) => ({ role, type, id, label })),
    tool: activity.tool,
    message_template: activity.message,
    message_values: activity.messageValues,
    reason: activity.reason,
    changes: activity.changes === null ? null : Object.fromEntries(Object.entries(activity.changes).map(([path, { old, new: now }]) => [path, { old, new: now }])),
    input: activity.input,
    context: contextFields(activity.context),
    metadata: activity.metadata,
    activity_model: activity.model,
    columns: activity.columns,
    observer: activity.observer,
    source: activity.source,
    tenant: activity.tenant,
    correlation_id: activity.correlationId,
    causation_id: activity.causationId,
  };
}

function contextFields({ ip, userAgent, method, path, requestId, traceId, sessionId }: Activity['context']): JsonObject {
  return {
    ip: ip ?? null,
    user_agent: userAgent ?? null,
    method: method ?? null,
    path: path ?? null,
    request_id: requestId ?? null,
    trace_id: traceId ?? null,
    session_id: sessionId ?? null,
  };
}

export function linkFields(link: ActorLink | null): JsonObject | null {
  return link === null ? null : { kind: link.kind, id: link.id, label: link.label, via: link.via, on_behalf_of: linkFields(link.onBehalfOf) };
}
