import type { MetadataStorage, MikroORM, Options, Platform } from '@mikro-orm/core';
import { DEFAULT_SCHEMA } from './table-of.ts';
import { declareTriggers } from './trigger-context/declare-triggers.ts';

const DEEDLOG_SCHEMA = 'deedlog';

type SchemaGeneratorOptions = NonNullable<Options['schemaGenerator']>;

/**
 * Options of an orm with deedlog's schema hidden from its schema generator, for the configuration file that MikroORM's command
 * line reads: `export default defineConfig(withDeedlog({ … }))`. Without it, MikroORM's schema diff, which looks at
 * every schema of the database, wants to drop the log, and the triggers of audited entities. With it, the diff installs, changes and removes those
 * triggers as entities become and stop being audited by triggers. {@link mikroOrmStore} does the same for a running orm.
 */
export function withDeedlog<OrmOptions extends object>(options: OrmOptions & Pick<Partial<Options>, 'schemaGenerator' | 'discovery' | 'schema'>): OrmOptions {
  const { schemaGenerator, discovery, schema = DEFAULT_SCHEMA } = options;
  const afterDiscovered = async (metadata: MetadataStorage, platform: Platform): Promise<void> => {
    await discovery?.afterDiscovered?.(metadata, platform);
    declareTriggers(metadata, platform, schema);
  };
  return { ...options, schemaGenerator: ignoring(schemaGenerator), discovery: { ...discovery, afterDiscovered } };
}

/** {@link withDeedlog} for an orm that runs. */
export function hideSchema(orm: MikroORM): void {
  orm.config.set('schemaGenerator', ignoring(orm.config.get('schemaGenerator')));
  declareTriggers(orm.getMetadata(), orm.driver.getPlatform(), orm.config.get('schema') ?? DEFAULT_SCHEMA);
}

function ignoring(options: SchemaGeneratorOptions | undefined): SchemaGeneratorOptions {
  const ignoreSchema = new Set([...(options?.ignoreSchema ?? []), DEEDLOG_SCHEMA]);
  return { ...options, ignoreSchema: [...ignoreSchema] };
}
