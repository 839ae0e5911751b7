import { defineEntity, p } from '@mikro-orm/core';
import type { EntitySchema } from '@mikro-orm/core';
import type { Activity } from '@deedlog/core';

/**
 * Activities for `em.find(ActivityEntity, where, { orderBy, limit })`. Add it to the entities of your orm. Read-only: a virtual entity,
 * which MikroORM neither creates, alters nor writes; records are written through deedlog alone.
 */
export const ActivityEntity: EntitySchema<Activity> = defineEntity({
  name: 'DeedlogActivity',
  expression: `select *, 'default' as model, null::jsonb as columns from deedlog.activity`,
  properties: {
    id: p.uuid(),
    occurredAt: p.datetime(),
    recordedAt: p.datetime(),
    model: p.text(),
    columns: p.json().nullable(),
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
  },
}) as unknown as EntitySchema<Activity>;
