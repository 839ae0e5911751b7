import type { MikroORM, Options } from '@mikro-orm/core';

const DEEDLOG_SCHEMA = 'deedlog';

type SchemaGeneratorOptions = NonNullable<Options['schemaGenerator']>;

/**
 * Options of an orm with deedlog's schema hidden from its schema generator, for the configuration file that MikroORM's command
 * line reads: `export default defineConfig(withDeedlog({ … }))`. Without it, MikroORM's schema diff, which looks at
 * every schema of the database, wants to drop the log. {@link mikroOrmStore} does the same for a running orm.
 */
export function withDeedlog<OrmOptions extends object>(options: OrmOptions & Pick<Partial<Options>, 'schemaGenerator'>): OrmOptions {
  return { ...options, schemaGenerator: ignoring(options.schemaGenerator) };
}

export function hideSchema(orm: MikroORM): void {
  orm.config.set('schemaGenerator', ignoring(orm.config.get('schemaGenerator')));
}

function ignoring(options: SchemaGeneratorOptions | undefined): SchemaGeneratorOptions {
  const ignoreSchema = new Set([...(options?.ignoreSchema ?? []), DEEDLOG_SCHEMA]);
  return { ...options, ignoreSchema: [...ignoreSchema] };
}
