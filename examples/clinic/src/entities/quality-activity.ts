import { activityModel } from '@deedlog/mikro-orm';
import { p } from '@mikro-orm/core';
import type { InferEntity } from '@mikro-orm/core';

/** Activities about the data itself: a kind of its own, with columns and a table of its own. */
export const QualityActivity = activityModel({
  name: 'QualityActivity',
  table: 'clinic_quality_activity',
  properties: {
    /** Who is to see to it. */
    team: p.string().index(),
    /** How many rows are in doubt. Null where that was not counted. */
    findings: p.integer().nullable(),
  },
});

export type QualityRecord = InferEntity<typeof QualityActivity>;
