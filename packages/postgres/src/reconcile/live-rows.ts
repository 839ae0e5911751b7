import type { PostgresLike } from '../postgres-like.ts';
import { keySql, valueSql } from '../triggers/field-sql.ts';
import { fieldsJson, LAST_STATE } from './broken-continuity.ts';
import type { CapturedField, CapturedTable } from './captured-tables.ts';
import { findingFromRow } from './finding-row.ts';
import type { Finding } from './finding.ts';
import type { ReconcileScope } from './reconcile-scope.ts';
import { literal, quoted } from '../sql-text.ts';

/** The rows of a table beside what the log says of them, in one statement and so at one moment. */
export async function liveRows(client: PostgresLike, { limit }: ReconcileScope, table: CapturedTable): Promise<Finding[]> {
  if (table.key.length === 0) return [];
  const compared = await comparedFields(client, table);
  const { rows } = await client.query(liveSql(table, compared), [table.name, fieldsJson({ ...table, fields: compared }), limit + 1, table.sinceXact]);
  return rows.map((row) => findingFromRow('broken-continuity', row));
}

/** A hash can be compared by those only who may read its key, where the database has it: MikroORM's unit of work hashes without. */
async function comparedFields(client: PostgresLike, { fields }: CapturedTable): Promise<CapturedField[]> {
  const { rows: [allowed] } = await client.query(`select has_table_privilege('deedlog.hash_key', 'select') as hash`);
  const { rows: keys } = allowed?.['hash'] === true ? await client.query('select from deedlog.hash_key') : { rows: [] };
  const treatments = keys.length > 0 ? ['plain', 'hash'] : ['plain'];
  return fields.filter(({ treatment }) => treatments.includes(treatment));
}

/** The unit of work tells a key that refers to another row as text, a trigger as the number that it is: within one column both say the same. */
const OTHER_VALUE = `v.left_behind <> live.fields->v.field and v.left_behind #>> '{}' is distinct from (live.fields->v.field) #>> '{}'`;

/**
 * The unit of work bounds a text, hides secrets in it and shows control characters: such a value is not the row's. A trigger stores texts as
 * they are. Brackets instead of backslashes, which a setting of the session could change.
 */
const AS_WRITTEN = ` and (v.left_behind #>> '{}') !~ '[*][*][*]|…[[][+][0-9]+ characters[]]$|[␀-␡�]'`;

/** A row keeps 32 bits of the transaction that wrote it; those above are of now, or one less where that would be later than now. */
const LATEST = `pg_snapshot_xmax(pg_current_snapshot())::text::numeric`;
const EPOCH = '4294967296';
const WRITER = `case when full_xact > ${LATEST} then full_xact - ${EPOCH} else full_xact end`;

function liveSql(table: CapturedTable, fields: readonly CapturedField[]): string {
  const values = fields.map((field) => `${literal(field.field)}, (${valueSql(field, `n.${quoted(field.column)}`)})::jsonb`);
  const pads = fields.some(({ treatment }) => treatment === 'hash') ? ' left join deedlog.hash_key k on true' : '';
  return `with recursive ${LAST_STATE}, held as (
  select ${keySql(table, 'n')} as pk, jsonb_build_object(${values.join(', ')}) as fields, n.xmin as short_xact,
    trunc(${LATEST} / ${EPOCH}) * ${EPOCH} + n.xmin::text::numeric as full_xact
  from ${quoted(table.schema)}.${quoted(table.table)} n${pads}
), live as (
  select *, (${WRITER}) as writer from held
), problem as (
  select r.pk, null::text as field, r.id, null::jsonb as expected, null::jsonb as found, live.short_xact, live.writer,
    case when live.pk is null then 'live-row-missing' else 'live-row-present' end as problem
  from last_row r left join live on live.pk = r.pk where r.pk <> '' and r.present <> (live.pk is not null)
  union all
  select live.pk, null, null, null, null, live.short_xact, live.writer, 'live-row-unlogged'
  from live where live.writer >= $4::numeric and not exists (select from last_row r where r.pk = live.pk)
  union all
  select v.pk, v.field, v.id, v.left_behind, live.fields->v.field, live.short_xact, live.writer, 'live-value'
  from last_value v join live on live.pk = v.pk where ${OTHER_VALUE}${table.sinceXact === null ? AS_WRITTEN : ''}
)
select problem, $1::text as "table", pk as key, field, id::text as effect_id, writer::text as xact, expected::text as expected, found::text as found,
  case when short_xact is not null and current_setting('track_commit_timestamp') = 'on' then (extract(epoch from pg_xact_commit_timestamp(short_xact)) * 1000)::float8 end as at
from problem order by pk, field nulls first limit $3`;
}
