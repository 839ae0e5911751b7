import type { PostgresLike } from '../postgres-like.ts';
import { findingFromRow, milliseconds } from './finding-row.ts';
import type { Finding } from './finding.ts';
import type { ReconcileScope } from './reconcile-scope.ts';

/** Effects without an activity: nobody declared it, or the one that they name is not in the log. */
export async function unexplainedEffects(client: PostgresLike, scope: ReconcileScope): Promise<Finding[]> {
  const { rows } = await client.query(unexplainedSql(scope.activityTables), [scope.since, scope.until, scope.limit + 1]);
  return rows.map((row) => findingFromRow('unexplained-effect', row));
}

/** An effect that a suppression left (`S`) says itself why. */
function unexplainedSql(activityTables: readonly string[]): string {
  const known = activityTables.map((table) => `select from ${table} a where a.id = e.activity_id`);
  return `select case when e.activity_id is null then 'no-activity' else 'unknown-activity' end as problem,
  r.name as "table", e.pk as key, ${milliseconds('e.at')} as at, e.database_user, e.xact::text as xact, e.activity_id::text as activity_id, e.id::text as effect_id
from deedlog.effect e join deedlog.relation r on r.id = e.tbl
where e.op <> 'S' and ($1::timestamptz is null or e.at >= $1) and ($2::timestamptz is null or e.at < $2)
  and (e.activity_id is null or not exists (${known.join(' union all ')}))
order by e.id limit $3`;
}
