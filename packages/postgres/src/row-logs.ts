import { DEFAULT_MODEL } from '@deedlog/core';
import type { Activity } from '@deedlog/core';
import { ACTIVITY_COLUMNS, activityFromRow } from './activity-row.ts';
import { EFFECT_COLUMNS, effectFromRow } from './effects-of.ts';
import type { StoredEffect } from './effects-of.ts';
import type { ModelTables } from './insert-into-models.ts';
import type { PostgresLike, PostgresRow } from './postgres-like.ts';
import { literal, quoted } from './sql-text.ts';

/** A row whose log is wanted. */
export interface LoggedRow {
  /** Schema and name; several where the row is spread over tables (joined inheritance). */
  readonly tables: readonly string[];
  readonly key: string;
  /** What activities call it as their target; without it only effects count. */
  readonly target?: { readonly type: string; readonly id: string };
}

/** What one activity did to a row, or nobody. */
export interface RowActivity {
  /** Null: the effects have no activity, or one that is not in the log. */
  readonly activity: Activity | null;
  /** Of this row alone, oldest first. Empty where the activity only names it as its target. */
  readonly effects: readonly StoredEffect[];
  readonly at: Date;
}

export interface RowLogOptions {
  /** How many of each row, the newest. Default 100. */
  readonly limit?: number;
  /** The models with tables of their own, which are read too. Default: none. */
  readonly models?: ModelTables;
}

const DEFAULT_LIMIT = 100;

// An effect without an activity stands for itself; else those of one activity stand together, at the time of the last.
const selectSql = (models: ModelTables): string => `with wanted as materialized (
  select place, tables, key, type, id from jsonb_to_recordset($1::jsonb) as row(place int, tables jsonb, key text, type text, id text)
), found as (
  select w.place, e.activity_id, case when e.activity_id is null then e.id end as alone, e.id as effect, e.at
  from wanted w
  join deedlog.relation r on r.name in (select jsonb_array_elements_text(w.tables))
  cross join lateral (select * from deedlog.effect where tbl = r.id and pk = w.key order by id desc limit $3) e
  union all
  select w.place, a.id, null, null, a.occurred_at
  from wanted w cross join lateral (
    select id, occurred_at from (${told(models)}) one where target_type = w.type and target_id = w.id order by occurred_at desc limit $2
  ) a
), ranked as (
  select place, activity_id, alone, max(at) as at, max(effect) as last, array_remove(array_agg(effect), null) as effects,
    row_number() over (partition by place order by max(at) desc, max(effect) desc nulls last) as rank
  from found group by place, activity_id, alone
)
select ranked.place, (extract(epoch from ranked.at) * 1000)::float8 as told_at, ${ACTIVITY_COLUMNS.split(', ')
  .map((column) => `a.${column}`)
  .join(', ')}, a.model, a.columns,
  (select coalesce(jsonb_agg(to_jsonb(one) order by one.id::bigint), '[]') from (
    select ${EFFECT_COLUMNS} from deedlog.effect where effect.id = any (ranked.effects)
  ) as one)::text as effects
from ranked left join (${told(models)}) a on a.id = ranked.activity_id
where rank <= $2 order by ranked.place, rank`;

/** The activities of every table. */
function told(models: ModelTables): string {
  const own = [...models].map(([name, { table, columns }]) => {
    const cells = Object.entries(columns).map(([property, { column }]) => `${literal(property)}, deedlog.value_json(${quoted(column)})::jsonb`);
    return `select ${ACTIVITY_COLUMNS}, ${literal(name)} as model, jsonb_build_object(${cells.join(', ')}) as columns from deedlog.${quoted(table)}`;
  });
  return [`select ${ACTIVITY_COLUMNS}, ${literal(DEFAULT_MODEL)} as model, null::jsonb as columns from deedlog.activity`, ...own].join(' union all ');
}

/** An activity rarely changes a row more often than this; older effects of it may then be left out. */
const EFFECTS_OF_ONE = 10;

/**
 * What happened to each row, newest first, by ONE query: in the order of `rows`. Of an activity whose table is not
 * read, the effects are there and the activity is null.
 */
export async function rowLogs(client: PostgresLike, rows: readonly LoggedRow[], { limit = DEFAULT_LIMIT, models = new Map() }: RowLogOptions = {}): Promise<RowActivity[][]> {
  const logs = rows.map((): RowActivity[] => []);
  if (rows.length === 0) return logs;
  const wanted = rows.map(({ tables, key, target }, place) => ({ place, tables, key, type: target?.type, id: target?.id }));
  const { rows: found } = await client.query(selectSql(models), [JSON.stringify(wanted), limit, limit * EFFECTS_OF_ONE]);
  for (const row of found) logs[Number(row['place'])]?.push(rowActivity(row));
  return logs;
}

function rowActivity(row: PostgresRow): RowActivity {
  const effects = (JSON.parse(String(row['effects'])) as PostgresRow[]).map(effectFromRow);
  return { activity: row['id'] === null ? null : activityFromRow(row), effects, at: new Date(Number(row['told_at'])) };
}
