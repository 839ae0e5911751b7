import { DEFAULT_MODEL } from '@deedlog/core';
import type { Activity, ModelShape } from '@deedlog/core';
import { ACTIVITY_COLUMN_TYPES, ACTIVITY_COLUMNS, activityToRow } from './activity-row.ts';
import { postgresError } from './errors.ts';
import type { PostgresLike } from './postgres-like.ts';
import { quoted } from './sql-text.ts';

/** The models that have a table of their own, by name. A model that is not here has its records in `deedlog.activity`. */
export type ModelTables = ReadonlyMap<string, ModelShape>;

interface InsertIntoModelsOptions {
  readonly models: ModelTables;
  readonly onlyIfChanged: boolean;
  /** As `deedlog.record` takes them. */
  readonly effects: string | null;
}

const NO_MODELS: ModelTables = new Map();

/** Whether an activity of these belongs in a table of its model. Throws `POSTGRES_MODEL_UNKNOWN`. */
export function haveOwnTable(activities: readonly Activity[], models: ModelTables = NO_MODELS): boolean {
  let found = false;
  for (const { model, columns } of activities) {
    if (models.has(model)) found = true;
    // In the common table its own columns would be lost.
    else if (model !== DEFAULT_MODEL || columns !== null) throw postgresError('POSTGRES_MODEL_UNKNOWN', `"${model}"`);
  }
  return found;
}

/** `insertRecords` where activities go to several tables: still ONE statement, all or none. Returns how many activities went in. */
export async function insertIntoModels(
  client: PostgresLike,
  activities: readonly Activity[],
  { models, onlyIfChanged, effects }: InsertIntoModelsOptions,
): Promise<number> {
  const groups = [...byTable(activities, models)];
  const parts = groups.map(([shape], index) => `model_${index} as (${insertSql(shape, `$${index + 1}`, onlyIfChanged && effects === null)})`);
  const params = groups.map(([shape, rows]) => JSON.stringify(rows.map((activity) => modelRow(activity, shape))));
  const counts = groups.map((_, index) => `(select count(*)::int from model_${index})`).join(' + ');
  const effectsToo = `(select deedlog.record(null, $${params.length + 1}::jsonb, false))`;
  const { rows } = await client.query(`with ${parts.join(',\n')}\nselect ${counts} as activities, ${effectsToo}`, [...params, effects]);
  return Number(rows[0]?.['activities']);
}

function byTable(activities: readonly Activity[], models: ModelTables): ReadonlyMap<ModelShape | undefined, Activity[]> {
  return Map.groupBy(activities, ({ model }) => models.get(model));
}

function insertSql(shape: ModelShape | undefined, parameter: string, onlyIfChanged: boolean): string {
  const own = Object.values(shape?.columns ?? {});
  const names = [ACTIVITY_COLUMNS, ...own.map(({ column }) => quoted(column))].join(', ');
  const types = [ACTIVITY_COLUMN_TYPES, ...own.map(({ column, type }) => `${quoted(column)} ${type}`)].join(', ');
  return `insert into deedlog.${quoted(shape?.table ?? 'activity')} (${names})
select ${names} from jsonb_to_recordset(${parameter}::jsonb) as row(${types})
${onlyIfChanged ? 'where pg_current_xact_id_if_assigned() is not null' : ''}
on conflict do nothing returning 1 as written`;
}

function modelRow(activity: Activity, shape: ModelShape | undefined): object {
  const own = Object.entries(shape?.columns ?? {}).map(([name, { column }]) => [column, activity.columns?.[name] ?? null]);
  return { ...activityToRow(activity), ...Object.fromEntries(own) };
}
