import { helper } from '@mikro-orm/core';
import type { EntityMetadata, MikroORM } from '@mikro-orm/core';

/** Where a table is that neither its entity nor the orm gives a schema. */
export const DEFAULT_SCHEMA = 'public';

/** Schema and name of the table that an entity is in, as effects name it. */
export function tableOf(entity: object, meta: EntityMetadata, orm: MikroORM): string {
  return tableNameOf(meta, orm, helper(entity).__schema);
}

/** The same where no entity is at hand; `own` is the schema of one that has its own. */
export function tableNameOf(meta: EntityMetadata, orm: MikroORM, own?: string): string {
  const schema = own ?? (meta.schema === '*' ? undefined : meta.schema) ?? orm.config.get('schema') ?? DEFAULT_SCHEMA;
  return `${schema}.${meta.tableName}`;
}
