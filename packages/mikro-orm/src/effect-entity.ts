import type { Effect } from '@deedlog/core';
import { defineEntity, p } from '@mikro-orm/core';
import type { EntitySchema } from '@mikro-orm/core';

/** An effect as it is stored. */
export interface EffectRecord extends Effect {
  /** A number of up to 19 digits; effects of one row have ids in the order in which they happened. */
  readonly id: string;
  readonly at: Date;
}

/**
 * Effects for `em.find(EffectEntity, { activityId }, { orderBy: { id: 'asc' } })`. Add it to the entities of your orm. Read-only: a virtual
 * entity, which MikroORM neither creates, alters nor writes.
 */
export const EffectEntity: EntitySchema<EffectRecord> = defineEntity({
  name: 'DeedlogEffect',
  expression: `select e.id, e.at, r.name as "table", e.op::text as op, e.pk as key, e.changes, e.activity_id
from deedlog.effect e join deedlog.relation r on r.id = e.tbl`,
  properties: {
    id: p.bigint('string'),
    at: p.datetime(),
    table: p.text(),
    op: p.text(),
    key: p.text(),
    changes: p.json(),
    activityId: p.uuid().nullable(),
  },
}) as unknown as EntitySchema<EffectRecord>;
