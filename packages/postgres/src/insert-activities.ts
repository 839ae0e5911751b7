import type { Activity } from '@deedlog/core';
import { insertRecords } from './insert-records.ts';
import type { InsertOptions } from './insert-records.ts';
import type { PostgresLike } from './postgres-like.ts';

/** Appends activities in ONE statement, all or none; an id that is there already is left as it is. Returns how many rows went in. */
export async function insertActivities(
  client: PostgresLike,
  activities: readonly Activity[],
  options: InsertOptions = {},
): Promise<number> {
  const inserted = await insertRecords(client, { activities, effects: [] }, options);
  return inserted.activities;
}
