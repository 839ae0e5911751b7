import type { Coverage } from '@deedlog/core';
import type { EntityMetadata, MikroORM } from '@mikro-orm/core';
import { auditedEntities } from './audited-entities.ts';

const DEEDLOG_SCHEMA = 'deedlog';
/** Only that a field is hashed is looked at, never its value: any key will do. */
const ANY_KEY = 'coverage';

/**
 * Whether each entity of an orm that has a table is declared with `auditable`, sorted by name; deedlog's own are left out, and tables that only
 * join two others. Throws `MIKRO_ORM_FIELD_UNKNOWN`.
 */
export function entityCoverage(orm: MikroORM): readonly Coverage[] {
  const audited = auditedEntities(orm, ANY_KEY);
  return [...orm.getMetadata().getAll().values()]
    .filter(hasRows)
    .map((meta): Coverage => ({ kind: 'entity', name: meta.className, type: 'data', status: audited.has(meta._id) ? 'audited' : 'uncovered' }))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

function hasRows(meta: EntityMetadata): boolean {
  const isTable = !meta.abstract && !meta.embeddable && !meta.virtual && !meta.view && !meta.pivotTable;
  return isTable && meta.schema !== DEEDLOG_SCHEMA;
}
