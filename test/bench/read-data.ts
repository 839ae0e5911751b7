import type { PostgresLike } from '@deedlog/postgres';

/** How large a generated log is. */
export interface LogSize {
  readonly activities: number;
  readonly effects: number;
}

/** What is told while a log is generated: what has been done so far. */
export type Progress = (done: string) => void;

/** Activities that one statement writes. */
const CHUNK = 50_000;

/** Words of messages and reasons; two of them together are rare. */
const WORDS = `(array['checked','against','order','customer','asked','for','refund','approved','twice','moved','ward','discharged','corrected','typing','error','urgent'])`;

/** The n-th activity's time and id; `$1` is how many there are. */
const AT = `timestamptz '2025-11-01' + n * (interval '365 days' / $1::int)`;
const ID = `(lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0') || '8' || lpad(to_hex(n), 15, '0'))::uuid`;

/** From the `$2`-th to the `$3`-th. */
const ACTIVITIES = `insert into deedlog.activity (id, occurred_at, recorded_at, action, outcome, actor_kind, actor_id, actor_label, target_type, target_id, target_label, related, tool, message,
  message_values, reason, context, metadata, observer, source, tenant, correlation_id)
select ${ID}, at, at, (array['invoice','patient','order','user','report','file','ward','bed'])[1 + n % 8] || '.' || (array['create','update','delete','view','approve'])[1 + n / 8 % 5],
  case when n % 50 = 0 then 'denied' when n % 33 = 0 then 'failure' else 'success' end, 'user', actor, 'Person ' || actor, 'Thing' || n % 4, target, 'T-' || target,
  case when n % 20 = 0 then jsonb_build_array(jsonb_build_object('role', case when n % 40 = 0 then 'data-subject' else 'folder' end, 'type', 'Folder', 'id', (n % 5000)::text, 'label', null)) end,
  (array['billing','ward','lab'])[1 + n % 3], 'record {target.label} was changed by {actor.label}',
  jsonb_build_object('target.label', 'T-' || target, 'actor.label', 'Person ' || actor),
  case when n % 3 = 0 then ${WORDS}[1 + hash % 16] || ' ' || ${WORDS}[1 + hash / 16 % 16] || ' case' || n / 10 end,
  jsonb_build_object('ip', '192.0.2.' || n % 256, 'method', 'POST', 'path', '/trpc/thing.update', 'requestId', 'r-' || n / 2, 'userAgent', 'Mozilla/5.0 (X11; Linux x86_64)'),
  jsonb_build_object('n', n), 'trpc', 'app-' || n % 3, 'tenant-' || hash % 50, 'flow-' || n / 2
from (
  select n, at, hash, case when n % 20 = 7 then 'hot' else (hash % 10000)::text end as actor, (hash / 7 % 200000)::text as target
  from (select n, ${AT} as at, abs(hashint4(n)::bigint) as hash from generate_series($2::int, $3::int) as n) as numbered
) as given`;

/** Of the same activities; `$4` is how many there are of all. */
const EFFECTS = `insert into deedlog.effect (tbl, op, activity_id, pk, changes, at)
select relation.id, 'U', case when e % 1000 = 0 then null else ${ID} end, case when e % 50 = 2 then '1' else (abs(hashint8(e)::bigint) % 300000)::text end,
  jsonb_build_object('status', jsonb_build_array('open', 'closed'), 'total', jsonb_build_array(e, e + 1)), at
from (select n, ${AT} as at from generate_series($2::int, $3::int) as n) as activity
cross join lateral generate_series((n - 1)::bigint * $4::int / $1::int + 1, n::bigint * $4::int / $1::int) as e
join deedlog.relation on relation.name = case when e % 2 = 0 then 'public.thing' else 'public.part' end`;

/**
 * A year of a log, made by the server alone and always the same: 10,000 actors of whom one did a twentieth, 40 actions, 200,000 targets,
 * 50 tenants, two records for each request, one in twenty with a related object; row 1 of public.thing has a fiftieth of all effects. Indexes are built
 * after the rows, which takes a fraction of the time; the tables are analyzed.
 */
export async function generateLog(client: PostgresLike, { activities, effects }: LogSize, progress: Progress = () => undefined): Promise<void> {
  const indexes = await dropIndexes(client);
  await client.query(`insert into deedlog.relation (name) values ('public.thing'), ('public.part')`);
  for (let first = 1; first <= activities; first += CHUNK) {
    const last = Math.min(activities, first + CHUNK - 1);
    await client.query(ACTIVITIES, [activities, first, last]);
    await client.query(EFFECTS, [activities, first, last, effects]);
    progress(`${last} of ${activities} activities with their effects`);
  }
  for (const { name, sql } of indexes) {
    await client.query(sql);
    progress(`index ${name}`);
  }
  await client.query('vacuum analyze');
  progress('vacuum analyze');
}

interface Index {
  readonly name: string;
  readonly sql: string;
}

/** All but the primary keys; returns how to make them again. */
async function dropIndexes(client: PostgresLike): Promise<readonly Index[]> {
  const { rows } = await client.query(
    `select indexname as name, replace(indexdef, ' ON ONLY ', ' ON ') as sql from pg_indexes
where schemaname = 'deedlog' and tablename in ('activity', 'effect') and indexname not like '%pkey' order by indexname`,
  );
  const indexes = rows.map(({ name, sql }) => ({ name: String(name), sql: String(sql) }));
  for (const { name } of indexes) await client.query(`drop index deedlog.${name}`);
  return indexes;
}
