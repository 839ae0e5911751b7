import type { Activity, Effect } from '@deedlog/core';
import { ACTIVITY_COLUMN_TYPES, ACTIVITY_COLUMNS, ACTIVITY_PARAMETERS, activityToParameters, activityToRow } from './activity-row.ts';
import { haveOwnTable, insertIntoModels } from './insert-into-models.ts';
import type { ModelTables } from './insert-into-models.ts';
import type { PostgresLike } from './postgres-like.ts';

export interface InsertOptions {
  /**
   * Insert the activities only if the transaction around has changed something (it has a transaction id); asked in the same
   * statement. Default false. Outside a transaction nothing is inserted then. Effects are inserted in any case.
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

/** `at`: when it happened, where that was not just now, for example because it waited in an outbox. Default: now. */
export interface EffectToInsert extends Effect {
  readonly at?: Date;
}

/** How many rows went in. */
export interface InsertedRecords {
  readonly activities: number;
  readonly effects: number;
}

/** {@link insertRecords}, for those who take it as a port. */
export type InsertRecords = (client: PostgresLike, records: Records, options?: InsertOptions) => Promise<InsertedRecords>;

const insertActivity = (source: string, onlyIfChanged: boolean): string => `insert into deedlog.activity (${ACTIVITY_COLUMNS})
select ${source}
${onlyIfChanged ? `where pg_current_xact_id_if_assigned() is not null` : ''}
on conflict do nothing returning 1 as written`;
// Returning a column would take the right to read it, which an application need not have.
// The conflict has no target, because a partition may bring a unique index of its own.

/** A table that the registry lacks is registered here, without waiting for a transaction that does the same. */
const insertEffect = (parameter: string): string => `given as materialized (
  select * from rows from (jsonb_to_recordset(${parameter}::jsonb) as (tbl text, op text, activity_id uuid, pk text, changes jsonb, at timestamptz)) with ordinality
    as row(tbl, op, activity_id, pk, changes, at, place)
), named as (
  select tbl as name, (select min(id) from deedlog.relation where name = tbl) as id from (select distinct tbl from given) as tables
), registered as (
  insert into deedlog.relation (name) select name from named where id is null returning id, name
), relation as (
  select id, name from named where id is not null union all select id, name from registered
), effect as (
  insert into deedlog.effect (tbl, op, activity_id, pk, changes, at)
  select relation.id, op::"char", activity_id, pk, changes, coalesce(at, clock_timestamp()) from given join relation on name = tbl order by place
  returning 1 as written
)`;

/** Any number of activities, as one parameter. */
const FROM_JSON = `${ACTIVITY_COLUMNS} from jsonb_to_recordset($1::jsonb) as row(${ACTIVITY_COLUMN_TYPES})`;
/** One activity, which is the common case: parameters are planned in half the time that a record set takes. */
const FROM_PARAMETERS = ACTIVITY_PARAMETERS;
const PARAMETERS = ACTIVITY_PARAMETERS.split(', ').length;

interface Statements {
  readonly activities: string;
  readonly both: string;
}

const statements = (source: string, effects: string, onlyIfChanged: boolean): Statements => ({
  activities: insertActivity(source, onlyIfChanged),
  both: `with activity as (
${insertActivity(source, onlyIfChanged)}
), ${insertEffect(effects)} select (select count(*)::int from activity) as activities, (select count(*)::int from effect) as effects`,
});
const ONE = { always: statements(FROM_PARAMETERS, `$${PARAMETERS + 1}`, false), ifChanged: statements(FROM_PARAMETERS, `$${PARAMETERS + 1}`, true) };
const MANY = { always: statements(FROM_JSON, '$2', false), ifChanged: statements(FROM_JSON, '$2', true) };
const ONLY_EFFECTS = `with ${insertEffect('$1')} select count(*)::int as effects from effect`;

/**
 * Appends activities and effects in ONE statement, all or none; an activity's id that is there already is left as it is.
 * Effects have no such id: giving them twice stores them twice.
 */
export const insertRecords: InsertRecords = async (client, { activities, effects }, { onlyIfChanged = false, models } = {}) => {
  if (haveOwnTable(activities, models) && models !== undefined) {
    const companion = effects.length === 0 ? undefined : { sql: insertEffect, json: effectsJson(effects) };
    return insertIntoModels(client, activities, { models, onlyIfChanged, effects: companion });
  }
  const [first, ...others] = activities;
  if (first === undefined) return effects.length === 0 ? { activities: 0, effects: 0 } : insertEffects(client, effects);
  const alone = others.length === 0;
  const sql = (alone ? ONE : MANY)[onlyIfChanged ? 'ifChanged' : 'always'];
  const parameters = alone ? activityToParameters(first) : [activitiesJson(activities)];
  if (effects.length === 0) {
    const { rows } = await client.query(sql.activities, parameters);
    return { activities: rows.length, effects: 0 };
  }
  const { rows } = await client.query(sql.both, [...parameters, effectsJson(effects)]);
  return { activities: Number(rows[0]?.['activities'] ?? 0), effects: Number(rows[0]?.['effects'] ?? 0) };
};

async function insertEffects(client: PostgresLike, effects: readonly EffectToInsert[]): Promise<InsertedRecords> {
  const { rows } = await client.query(ONLY_EFFECTS, [effectsJson(effects)]);
  return { activities: 0, effects: Number(rows[0]?.['effects'] ?? 0) };
}

function activitiesJson(activities: readonly Activity[]): string {
  return JSON.stringify(activities.map(activityToRow));
}

function effectsJson(effects: readonly EffectToInsert[]): string {
  return JSON.stringify(effects.map(({ table, op, activityId, key, changes, at }) => ({ tbl: table, op, activity_id: activityId, pk: key, changes, at })));
}
