import { activityIndexes } from './activity-indexes.ts';
import { activityTable } from './activity-table.ts';
import { attributeEffectsFunction } from './attribute-effects.ts';
import { captureTable } from './capture-table.ts';
import { effectIndexes } from './effect-indexes.ts';
import { effectTable } from './effect-table.ts';
import type { Migration } from './migration.ts';
import { outboxTable } from './outbox-table.ts';
import { readIndexes } from './read-indexes.ts';
import { recordFunction } from './record-function.ts';
import { relayedTable } from './relayed-table.ts';
import { triggerSupport } from './trigger-support.ts';
import { triggeredRowsFunction } from './triggered-rows.ts';

/** Every migration in the order in which they run. New ones are appended. */
export const MIGRATIONS: readonly Migration[] = [
  activityTable,
  activityIndexes,
  effectTable,
  recordFunction,
  triggerSupport,
  triggeredRowsFunction,
  captureTable,
  effectIndexes,
  attributeEffectsFunction,
  readIndexes,
];

/**
 * What a database is to deedlog. `only`: business and log in one. `business`: its log is elsewhere, so it needs the outbox alone.
 * `log`: the log of other databases.
 */
export type DatabaseRole = 'only' | 'business' | 'log';

/** The migrations of a database, by its role. */
export function migrationsOf(role: DatabaseRole): readonly Migration[] {
  switch (role) {
    case 'only':
      return MIGRATIONS;
    case 'business':
      return [outboxTable];
    case 'log':
      return [...MIGRATIONS, relayedTable];
  }
}
