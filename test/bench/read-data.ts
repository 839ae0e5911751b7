import type { PostgresLike } from '@deedlog/postgres';

/** How large a generated log is. */
export interface LogSize {
  readonly activities: number;
  readonly effects: number;
}

/** Words of messages and reasons; two of them together are rare. */
const WORDS = `(array['checked','against','order','customer','asked','for','refund','approved','twice','moved','ward','discharged','corrected','typing','error','urgent'])`;

/**
 * A year of a log, made by the server alone: 10,000 actors of whom one did a twentieth, 40 actions, 200,000 targets, 50 tenants, two records
 * for each request, one in twenty with a related object. One row in ten thousand effects' reach is a hot one: row 1 has a fiftieth of all effects.
 */
export async function generateLog(client: PostgresLike, { activities, effects }: LogSize): Promise<void> {
  await client.query(
    `insert into deedlog.activity (id, occurred_at, recorded_at, action, outcome, actor_kind, actor_id, actor_label, target_type, target_id, target_label, related, tool, message,
  message_values, reason, context, metadata, observer, source, tenant, correlation_id)
select id, at, at, (array['invoice','patient','order','user','report','file','ward','bed'])[1 + n % 8] || '.' || (array['create','update','delete','view','approve'])[1 + n / 8 % 5],
  case when n % 50 = 0 then 'denied' when n % 33 = 0 then 'failure' else 'success' end, 'user', actor, 'Person ' || actor, 'Thing' || n % 4, target, 'T-' || target,
  case when n % 20 = 0 then jsonb_build_array(jsonb_build_object('role', case when n % 40 = 0 then 'data-subject' else 'folder' end, 'type', 'Folder', 'id', (n % 5000)::text, 'label', null)) end,
  (array['billing','ward','lab'])[1 + n % 3], 'record {target.label} was changed by {actor.label}',
  jsonb_build_object('target.label', 'T-' || target, 'actor.label', 'Person ' || actor),
  case when n % 3 = 0 then ${WORDS}[1 + hash % 16] || ' ' || ${WORDS}[1 + hash / 16 % 16] || ' case' || n / 10 end,
  jsonb_build_object('ip', '192.0.2.' || n % 256, 'method', 'POST', 'path', '/trpc/thing.update', 'requestId', 'r-' || n / 2, 'userAgent', 'Mozilla/5.0 (X11; Linux x86_64)'),
  jsonb_build_object('n', n), 'trpc', 'app-' || n % 3, 'tenant-' || hash % 50, 'flow-' || n / 2
from (
  select n, at, hash, case when n % 20 = 7 then 'hot' else (hash % 10000)::text end as actor, (hash / 7 % 200000)::text as target,
    (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0') || '8' || lpad(to_hex(n), 15, '0'))::uuid as id
  from (
    select n, timestamptz '2025-11-01' + n * (interval '365 days' / $1::int) as at, abs(hashint4(n)::bigint) as hash from generate_series(1, $1::int) as n
  ) as numbered
) as given`,
    [activities],
  );
  await client.query(`insert into deedlog.relation (name) values ('public.thing'), ('public.part')`);
  await client.query(
    `insert into deedlog.effect (tbl, op, activity_id, pk, changes, at)
select 1 + n % 2, 'U', case when n % 1000 = 0 then null else activity.id end, case when n % 50 = 1 then '1' else (abs(hashint8(n)::bigint) % 300000)::text end,
  jsonb_build_object('status', jsonb_build_array('open', 'closed'), 'total', jsonb_build_array(n, n + 1)), activity.occurred_at
from (select row_number() over (order by occurred_at, id) as place, id, occurred_at from deedlog.activity) as activity
cross join lateral generate_series((place - 1) * $1::int / $2::int + 1, place * $1::int / $2::int) as n`,
    [effects, activities],
  );
}
