import { p } from '@mikro-orm/core';

/** Properties of the columns that every activity has, whatever its table; new builders each time, because an entity keeps its own. */
export function activityProperties(): Readonly<Record<string, object>> {
  return {
      id: p.uuid(),
      occurredAt: p.datetime(),
      recordedAt: p.datetime(),
      action: p.text(),
      outcome: p.text(),
      outcomeCode: p.text().nullable(),
      actorKind: p.text().nullable(),
      actorId: p.text().nullable(),
      actorLabel: p.text().nullable(),
      onBehalfOf: p.json().nullable(),
      targetType: p.text().nullable(),
      targetId: p.text().nullable(),
      targetLabel: p.text().nullable(),
      related: p.json().nullable(),
      tool: p.text().nullable(),
      message: p.text().nullable(),
      messageValues: p.json().nullable(),
      reason: p.text().nullable(),
      changes: p.json().nullable(),
      input: p.json().nullable(),
      context: p.json(),
      metadata: p.json(),
      observer: p.text(),
      source: p.text(),
      tenant: p.text().nullable(),
      correlationId: p.text().nullable(),
      causationId: p.text().nullable(),
  };
}
