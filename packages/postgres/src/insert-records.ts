import type { Activity } from '@deedlog/core';
import { storedRow } from './activity-row.ts';
import { effectsJson } from './effects-json.ts';
import type { EffectToInsert } from './effects-json.ts';
import { haveOwnTable, insertIntoModels } from './insert-into-models.ts';
import type { ModelTables } from './insert-into-models.ts';
import type { PostgresLike, PostgresRow } from './postgres-like.ts';

export interface InsertOptions {
  /**
   * Insert the activities only if the transaction around has changed something (it has a transaction id, or there are effects);
   * asked in the same statement. Default false. Outside a transaction nothing is inserted then. Effects are inserted in any case.
   */
  readonly onlyIfChanged?: boolean;
  /** The models with a table of their own. Default: none, every activity goes to `deedlog.activity`. */
  readonly models?: ModelTables | undefined;
}

/** Activities and the effects that they explain. */
export interface Records {
  readonly activities: readonly Activity[];
  /** In the order in which the rows changed; their ids follow it. */
  readonly effects: readonly EffectToInsert[];
}

/** How many rows went in. */
export interface InsertedRecords {
  readonly activities: number;
  readonly effects: number;
}

/** {@link insertRecords}, for those who take it as a port. */
export type InsertRecords = (client: PostgresLike, records: Records, options?: InsertOptions) => Promise<InsertedRecords>;

const RECORD = 'select activity_count as activities, effect_count as effects from deedlog.record($1::jsonb, $2::jsonb, $3::boolean)';

/**
 * Appends activities and effects in ONE statement, all or none; an activity's id that is there already is left as it is.
 * Effects have no such id: giving them twice stores them twice.
 */
export const insertRecords: InsertRecords = async (client, { activities, effects }, { onlyIfChanged = false, models } = {}) => {
  const inOwnTable = haveOwnTable(activities, models);
  if (activities.length + effects.length === 0) return { activities: 0, effects: 0 };
  const explained = effects.length === 0 ? null : effectsJson(effects);
  if (inOwnTable && models !== undefined) return insertIntoModels(client, activities, { models, onlyIfChanged, effects: explained });
  const rows = activities.length === 0 ? null : JSON.stringify(activities.map(storedRow));
  return insertedBy(await client.query(RECORD, [rows, explained, onlyIfChanged]));
};

function insertedBy({ rows: [row] }: { readonly rows: readonly PostgresRow[] }): InsertedRecords {
  return { activities: Number(row?.['activities'] ?? 0), effects: Number(row?.['effects'] ?? 0) };
}
