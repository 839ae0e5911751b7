import { activityIndexes } from './activity-indexes.ts';
import { activityTable } from './activity-table.ts';
import { effectTable } from './effect-table.ts';
import type { Migration } from './migration.ts';

/** Every migration in the order in which they run. New ones are appended. */
export const MIGRATIONS: readonly Migration[] = [activityTable, activityIndexes, effectTable];
