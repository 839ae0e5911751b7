export { activityFromRow, activityToRow } from './activity-row.ts';
export type { ActivityColumn, ActivityRow } from './activity-row.ts';
export { checkTables } from './check-tables.ts';
export { postgresErrors } from './errors.ts';
export type { PostgresErrorCode } from './errors.ts';
export { insertActivities } from './insert-activities.ts';
export type { InsertOptions } from './insert-activities.ts';
export { migrate, pendingMigrations } from './migrate.ts';
export type { PostgresLike, PostgresRow } from './postgres-like.ts';
