import type { Activity } from '@deedlog/core';
import { ACTIVITY_COLUMNS, activityFromRow } from './activity-row.ts';
import { EFFECT_COLUMNS, effectFromRow } from './effects-of.ts';
import type { StoredEffect } from './effects-of.ts';
import type { PostgresLike, PostgresRow } from './postgres-like.ts';

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
}

const DEFAULT_LIMIT = 100;

// An effect without an activity stands for itself; else those of one activity stand together, at the time of the last.
const SELECT = `with wanted as materialized (
  select place, tables, key, type, id from jsonb_to_recordset($1::jsonb) as row(place int, tables jsonb, key text, type text, id text)
), found as (
  select w.place, e.activity_id, case when e.activity_id is null then e.id end as alone, e.id as effect, e.at
  from wanted w
  join deedlog.relation r on r.name in (select jsonb_array_elements_text(w.tables))
  cross join lateral (select * from deedlog.effect where tbl = r.id and pk = w.key order by id desc limit $3) e
  union all
  select w.place, a.id, null, null, a.occurred_at
  from wanted w cross join lateral (
    select id, occurred_at from deedlog.activity where target_type = w.type and target_id = w.id order by occurred_at desc limit $2
  ) a
), ranked as (
  select place, activity_id, alone, max(at) as at, max(effect) as last, array_remove(array_agg(effect), null) as effects,
    row_number() over (partition by place order by max(at) desc, max(effect) desc nulls last) as rank
  from found group by place, activity_id, alone
)
select ranked.place, (extract(epoch from ranked.at) * 1000)::float8 as told_at, ${ACTIVITY_COLUMNS.split(', ')
  .map((column) => `a.${column}`)
  .join(', ')},
  (select coalesce(jsonb_agg(to_jsonb(one) order by one.id::bigint), '[]') from (
    select ${EFFECT_COLUMNS} from deedlog.effect e join deedlog.relation r on r.id = e.tbl where e.id = any (ranked.effects)
  ) as one)::text as effects
from ranked left join deedlog.activity a on a.id = ranked.activity_id
where rank <= $2 order by ranked.place, rank`;

/** An activity rarely changes a row more often than this; older effects of it may then be left out. */
const EFFECTS_OF_ONE = 10;

/**
 * What happened to each row, newest first, by ONE query: in the order of `rows`. Reads the activities of `deedlog.activity`; of those in
 * tables of their own (models) the effects are there, and the activity is null.
 */
export async function rowLogs(client: PostgresLike, rows: readonly LoggedRow[], { limit = DEFAULT_LIMIT }: RowLogOptions = {}): Promise<RowActivity[][]> {
  const logs = rows.map((): RowActivity[] => []);
  if (rows.length === 0) return logs;
  const wanted = rows.map(({ tables, key, target }, place) => ({ place, tables, key, type: target?.type, id: target?.id }));
  const { rows: found } = await client.query(SELECT, [JSON.stringify(wanted), limit, limit * EFFECTS_OF_ONE]);
  for (const row of found) logs[Number(row['place'])]?.push(rowActivity(row));
  return logs;
}

function rowActivity(row: PostgresRow): RowActivity {
  const effects = (JSON.parse(String(row['effects'])) as PostgresRow[]).map(effectFromRow);
  return { activity: row['id'] === null ? null : activityFromRow(row), effects, at: new Date(Number(row['told_at'])) };
}
