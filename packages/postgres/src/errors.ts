import { defineErrors } from '@deedlog/core';
import type { ErrorEntry, ErrorFactory } from '@deedlog/core';

/** Every code that `@deedlog/postgres` can throw. */
export type PostgresErrorCode = 'POSTGRES_ACTIVITY_LOST' | 'POSTGRES_ACTIVITY_REQUIRED' | 'POSTGRES_COLUMN_UNKNOWN' | 'POSTGRES_HASH_KEY_MISSING' | 'POSTGRES_MIGRATION_CHANGED' | 'POSTGRES_MODEL_CHANGED' | 'POSTGRES_MODEL_UNKNOWN' | 'POSTGRES_ROW_INVALID' | 'POSTGRES_TABLES_MISSING' | 'POSTGRES_TOO_OLD';

/** The closed table of {@link PostgresErrorCode}. */
export const postgresErrors: Readonly<Record<PostgresErrorCode, ErrorEntry>> = {
  POSTGRES_ACTIVITY_LOST: {
    meaning: 'the body of withActivity threw, its changes were rolled back, and the failed act could not be recorded',
    remedy: 'The cause holds both errors: the first is that of the body, the second says why the log could not take it.',
  },
  POSTGRES_ACTIVITY_REQUIRED: {
    meaning: 'a table of which every write must be explained was written to without an activity',
    remedy: 'Write inside of an activity: by MikroORM in a resolver or trackActivity, by other clients through withActivity; or declare the table with context optional.',
  },
  POSTGRES_COLUMN_UNKNOWN: {
    meaning: 'triggers are to capture a table or a column that the database does not have',
    remedy: 'Install the triggers after the migrations that make the table, and name its columns as the database does.',
  },
  POSTGRES_HASH_KEY_MISSING: {
    meaning: 'a field is to be stored as a keyed hash, and the database has no key',
    remedy: 'Give hashKey to installTriggers, once, as the role that owns the triggers.',
  },
  POSTGRES_MIGRATION_CHANGED: {
    meaning: 'a migration that this database has already run is not the one that this version of deedlog holds',
    remedy: 'Use the released version of @deedlog/postgres; never edit its migrations or the table deedlog.migration.',
  },
  POSTGRES_MODEL_CHANGED: {
    meaning: 'the table of a model has a column of another type than the model declares, or is no table of activities',
    remedy: 'Give the column a new name in the model, or convert it yourself with alter table … alter column … type, before the application starts.',
  },
  POSTGRES_MODEL_UNKNOWN: {
    meaning: 'an activity is of a model whose table is not known here; in another table its own columns would be lost',
    remedy: 'Name the model in models: of createDeedlog in the process that drains a spool, or of insertRecords.',
  },
  POSTGRES_ROW_INVALID: {
    meaning: 'a row of deedlog.activity cannot be read as an activity',
    remedy: 'Select every column of deedlog.activity, and write to it through deedlog only.',
  },
  POSTGRES_TABLES_MISSING: {
    meaning: 'the database lacks tables of deedlog',
    remedy: 'Run migrate(client) of @deedlog/postgres, or migrateDeedlog(orm) of @deedlog/mikro-orm, once before the application starts.',
  },
  POSTGRES_TOO_OLD: {
    meaning: 'this version of PostgreSQL is not supported',
    remedy: 'Use PostgreSQL 15 or newer.',
  },
};

export const postgresError: ErrorFactory<PostgresErrorCode> = defineErrors(postgresErrors);
