import { REDACTED, UNKNOWN } from '@deedlog/core';
import type { PostgresLike } from '../postgres-like.ts';
import { findingFromRow, milliseconds } from './finding-row.ts';
import type { Finding } from './finding.ts';
import type { ReconcileScope } from './reconcile-scope.ts';
import type { CapturedTable } from './captured-tables.ts';

/**
 * The effects of a row, each beside the one before: what it found must be what the other left. Looks at the whole history of the
 * rows that changed in the scope, and reports the effects of the scope.
 */
export async function brokenContinuity(client: PostgresLike, scope: ReconcileScope, table: CapturedTable): Promise<Finding[]> {
  if (table.key.length === 0) return [];
  const parameters = [table.name, fieldsJson(table), scope.since, scope.until, scope.limit + 1];
  const { rows } = await client.query(continuity(scope.since), parameters);
  return rows.map((row) => findingFromRow('broken-continuity', row));
}

/** The fields whose values are stored, and since when: what an effect from before leaves out may have had any value. */
export function fieldsJson({ fields }: CapturedTable): string {
  return JSON.stringify(fields.filter(({ treatment }) => treatment !== 'redact').map(({ field, since }) => ({ field, since })));
}

/** Null where the value is not known. */
const known = (value: string): string => `nullif(nullif(${value}, '"${UNKNOWN}"'::jsonb), '"${REDACTED}"'::jsonb)`;

/** By index, key for key: what the planner expects of a recursion lets it read every effect once for each key. */
const EFFECTS_OF_KEY = `cross join lateral (
    select * from deedlog.effect e where e.tbl = any (array(select id from named)) and e.pk = t.pk offset 0
  ) e`;

/** Every key that a row which changed in the scope had there or before, and that of a truncate. */
const TOUCHED = `touched as (
  select '' as pk
  union
  select k.pk from deedlog.effect, lateral (values (pk), (changes->'$key'->>0)) k (pk) where tbl in (select id from named) and at >= $3
  union
  select e.changes->'$key'->>0 from touched t ${EFFECTS_OF_KEY} where e.changes ? '$key'
), `;

/**
 * `step`: what an effect says of a row's existence. A new key ends the row of the old key and begins one, which goes on from it ({@link ROWS}).
 * A truncate ends every row that the log knows. Where a transaction gave a key away and to another row (one statement may swap two), nobody
 * can tell which came first: the row is `unknown` until something is known of it again.
 */
const stepsOf = (touched: string): string => `named as (
  select id from deedlog.relation where name = $1
), field as (
  select * from jsonb_to_recordset($2::jsonb) as row(field text, since timestamptz)
), ${touched}own as (
  select e.id, e.at, e.xact, e.database_user, e.op::text as op, e.pk, e.changes, e.activity_id, e.changes->'$key'->>0 as old_pk
  from ${touched === '' ? 'deedlog.effect e' : `touched t ${EFFECTS_OF_KEY}`} where e.tbl in (select id from named) and e.op <> 'S'
), crossing as (
  select pk, xact from own where old_pk is not null intersect select old_pk, xact from own where old_pk is not null
), moved_step as (
  select m.id, m.at, m.pk, case when c.pk is null then m.kind else 'unknown' end as kind, m.changes, true as moved
  from (
    select id, at, pk, xact, 'birth' as kind, changes from own where old_pk is not null
    union all select id, at, old_pk, xact, 'death', changes from own where old_pk is not null
  ) m left join crossing c on c.pk = m.pk and c.xact = m.xact
), step as (
  select id, at, pk, case op when 'I' then 'birth' when 'D' then 'death' else 'change' end as kind, changes, false as moved from own where op <> 'T' and old_pk is null
  union all select * from moved_step
  union all select t.id, t.at, r.pk, 'end', '{}', true from own t, (select distinct pk from own where op <> 'T' union select old_pk from own where old_pk is not null) r where t.op = 'T'
)`;

/**
 * The steps under each key in order. `life` tells one existence under a key from the next; `first_pk` and `first_life` are where the row
 * began that has the key now, so that what is known of a row goes with it to its new keys.
 */
const ROWS = `lived as (
  select *, lag(kind) over life as before,
    count(*) filter (where kind in ('birth', 'unknown')) over life + count(*) filter (where kind = 'death') over (life rows between unbounded preceding and 1 preceding) as life
  from step window life as (partition by pk order by id, kind desc)
), move as (
  select max(pk) filter (where kind = 'birth') as pk, max(life) filter (where kind = 'birth') as life,
    max(pk) filter (where kind = 'death') as from_pk, max(life) filter (where kind = 'death') as from_life
  from lived where moved and kind in ('birth', 'death') group by id
), origin as (
  select m.pk, m.life, m.from_pk as first_pk, m.from_life as first_life from move m
  where not exists (select from move earlier where earlier.pk = m.from_pk and earlier.life = m.from_life)
  union all
  select m.pk, m.life, o.first_pk, o.first_life from move m join origin o on o.pk = m.from_pk and o.life = m.from_life
), followed as (
  select l.*, coalesce(o.first_pk, l.pk) as first_pk, coalesce(o.first_life, l.life) as first_life from lived l left join origin o on o.pk = l.pk and o.life = l.life
)`;
// "death" and "birth" of one effect are about two keys, or about one that was given to itself: the end comes first.

/** What each step found and left of each field that it tells of. What an insert or a delete leaves out was null, if the field was captured by then. */
const VALUES = `value as (
  select l.id, l.kind, l.pk, l.first_pk, l.first_life, f.field,
    case when l.kind in ('change', 'death') then ${known(`coalesce(l.changes->f.field->0, case when l.kind = 'death' and not l.moved and l.at >= f.since then 'null'::jsonb end)`)} end as found,
    case when l.kind in ('change', 'birth') then ${known(`coalesce(l.changes->f.field->1, case when l.kind = 'birth' and not l.moved and l.at >= f.since then 'null'::jsonb end)`)} end as left_behind
  from followed l cross join field f where l.kind not in ('end', 'unknown') and (l.changes ? f.field or l.kind <> 'change' and not l.moved)
), beside as (
  select *, lag(left_behind) over (partition by first_pk, first_life, field order by id, kind desc) as expected from value
)`;

const continuity = (since: Date | null): string => `with recursive ${stepsOf(since === null ? '' : TOUCHED)}, ${ROWS}, ${VALUES}, problem as (
  select id, pk, null::text as field, null::jsonb as expected, null::jsonb as found,
    case when kind = 'birth' then 'row-was-present' else 'row-was-absent' end as problem
  from lived where kind not in ('end', 'unknown') and before <> 'unknown' and (kind = 'birth') <> (before in ('death', 'end'))
  union all
  select id, pk, field, expected, found, 'old-value' from beside where expected is not null and found is not null and expected <> found
)
select p.problem, $1::text as "table", p.pk as key, p.field, ${milliseconds('o.at')} as at, o.database_user, o.xact::text as xact,
  o.activity_id::text as activity_id, o.id::text as effect_id, p.expected::text as expected, p.found::text as found
from problem p join own o on o.id = p.id
where ($3::timestamptz is null or o.at >= $3) and ($4::timestamptz is null or o.at < $4)
order by o.id, p.field nulls first limit $5`;

/** What the log says of each row now: whether it is there, and what its fields hold. Parameters as above: the table's name, {@link fieldsJson}. */
export const LAST_STATE: string = `${stepsOf('')}, ${ROWS}, ${VALUES}, last_row as (
  select distinct on (pk) pk, case when kind <> 'unknown' then kind in ('birth', 'change') end as present, first_pk, first_life, id from followed order by pk, id desc, kind
), last_value as (
  select distinct on (r.pk, v.field) v.id, r.pk, v.field, v.left_behind
  from value v join last_row r on r.first_pk = v.first_pk and r.first_life = v.first_life and r.present
  order by r.pk, v.field, v.id desc, v.kind
)`;
