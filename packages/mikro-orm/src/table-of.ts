import { helper } from '@mikro-orm/core';
import type { EntityMetadata, MikroORM } from '@mikro-orm/core';

/** Where a table is that neither its entity nor the orm gives a schema. */
export const DEFAULT_SCHEMA = 'public';

/** Schema and name of the table that an entity is in, as effects name it. */
export function tableOf(entity: object, meta: EntityMetadata, orm: MikroORM): string {
  const schema = helper(entity).__schema ?? (meta.schema === '*' ? undefined : meta.schema) ?? orm.config.get('schema') ?? DEFAULT_SCHEMA;
  return `${schema}.${meta.tableName}`;
}
