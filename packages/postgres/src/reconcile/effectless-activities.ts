import type { PostgresLike } from '../postgres-like.ts';
import { findingFromRow, milliseconds } from './finding-row.ts';
import type { Finding } from './finding.ts';
import type { ReconcileScope } from './reconcile-scope.ts';

/** Which acts say that they change what they name. */
export interface Claims {
  /** Patterns of actions; `*` stands for any text. */
  readonly actions: readonly string[];
  /** The audited table of a target's type. An act on another target claims nothing that the database could prove. */
  readonly tables: ReadonlyMap<string, string>;
}

/** Acts that ended in success, claim a change of their target (or of a related one) and have no effect on any of them. */
export async function effectlessActivities(client: PostgresLike, scope: ReconcileScope, claims: Claims): Promise<Finding[]> {
  if (claims.actions.length === 0 || claims.tables.size === 0) return [];
  const types = [...claims.tables].map(([type, table]) => ({ type, table }));
  const patterns = claims.actions.map(likePattern);
  const { rows } = await client.query(effectlessSql(scope.activityTables), [scope.since, scope.until, scope.limit + 1, JSON.stringify(patterns), JSON.stringify(types)]);
  return rows.map((row) => findingFromRow('effectless-activity', row));
}

function effectlessSql(activityTables: readonly string[]): string {
  const activities = activityTables.map(
    (table) => `select id, occurred_at, target_type, target_id, related from ${table}
    where outcome = 'success' and ($1::timestamptz is null or occurred_at >= $1) and ($2::timestamptz is null or occurred_at < $2)
      and action like any (select jsonb_array_elements_text($4::jsonb))`,
  );
  return `with captured as (
  select * from jsonb_to_recordset($5::jsonb) as row(type text, "table" text)
), claim as (
  select a.id, a.occurred_at, a.target_id, c."table", a.related from (${activities.join(' union all ')}) a join captured c on c.type = a.target_type
), named as (
  select id, "table", target_id as key from claim
  union select claim.id, c."table", r.value->>'id' from claim, jsonb_array_elements(coalesce(claim.related, '[]'::jsonb)) r join captured c on c.type = r.value->>'type'
)
select 'no-effect' as problem, "table", target_id as key, ${milliseconds('occurred_at')} as at, id::text as activity_id
from claim where not exists (
  select from deedlog.effect e join deedlog.relation r on r.id = e.tbl join named n on n."table" = r.name and (n.key = e.pk or n.key = e.changes->'$key'->>0)
  where e.activity_id = claim.id and n.id = claim.id
) order by occurred_at, id limit $3`;
}

/** The other characters mean themselves. */
function likePattern(action: string): string {
  return action.replaceAll(/[\\%_]/g, String.raw`\$&`).replaceAll('*', '%');
}
