import type { DurableEffect, EffectOp } from '@deedlog/core';
import { crudFields, crudMessage } from './crud.ts';
import type { CrudFacts, EventType } from './crud.ts';
import type { Line } from './line.ts';
import { userFields } from './user-fields.ts';
import type { DescribeUser } from './user-fields.ts';

const EVENT_TYPES: Readonly<Record<EffectOp, EventType>> = { I: 'CREATE', U: 'UPDATE', D: 'DELETE', T: 'TRUNCATE', S: 'SUPPRESS' };

/** `audit.crud`, of a row change. */
export function effectLine(effect: DurableEffect, describe: DescribeUser | undefined): Line {
  const crud: CrudFacts = { model: effect.targetType ?? effect.table, type: EVENT_TYPES[effect.op], id: effect.targetId ?? effect.key };
  return {
    shape: 'effect',
    level: 'audit',
    time: effect.occurredAt,
    message: crudMessage(crud),
    fields: {
      ...crudFields(crud),
      user: userFields(effect, describe),
      extra: {},
      record: 'effect',
      occurred_at: effect.occurredAt.toISOString(),
      table: effect.table,
      key: effect.key,
      changes: effect.changes,
      target_label: effect.targetLabel,
      activity_id: effect.activityId,
      correlation_id: effect.correlationId,
      tenant: effect.tenant,
      source: effect.source,
    },
  };
}
