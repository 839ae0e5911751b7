import { defineEntity, p } from '@mikro-orm/core';
import type { EntitySchema } from '@mikro-orm/core';
import type { Activity } from '@deedlog/core';
import { activityProperties } from './activity-properties.ts';

/**
 * Activities for `em.find(ActivityEntity, where, { orderBy, limit })`. Add it to the entities of your orm. Read-only: a virtual entity,
 * which MikroORM neither creates, alters nor writes; records are written through deedlog alone.
 */
export const ActivityEntity: EntitySchema<Activity> = defineEntity({
  name: 'DeedlogActivity',
  expression: `select *, 'default' as model, null::jsonb as columns from deedlog.activity`,
  properties: { ...activityProperties(), model: p.text(), columns: p.json().nullable() },
}) as unknown as EntitySchema<Activity>;
