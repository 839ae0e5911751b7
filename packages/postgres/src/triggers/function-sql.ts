import { postgresErrors } from '../errors.ts';
import { changesSql, keySql } from './field-sql.ts';
import type { RowChange } from './field-sql.ts';
import type { TriggerTable } from './trigger-table.ts';
import { literal, quoted } from '../sql-text.ts';

/** The body of the function that all triggers of a table share. Its statements have no parameters, so that each is planned once. */
export function functionBody(table: TriggerTable): string {
  return `begin${hashKeyCheck(table)}${contextCheck(table)}
  if tg_op = 'TRUNCATE' then${truncated(table)}
    return null;
  end if;
  if tg_op = 'UPDATE' then
    -- A row on its way to another partition can get lost: a trigger there may refuse it. Then nobody knows which row became which.
    if tg_nargs = 0 or (select count(*) from old_rows) = (select count(*) from new_rows) then
      ${recorded(table, 'U')};
      return null;
    end if;
  end if;
  if tg_op <> 'INSERT' then
    ${recorded(table, 'D')};
  end if;
  if tg_op <> 'DELETE' then
    ${recorded(table, 'I')};
  end if;
  return null;
end`;
}

export function relationName({ schema, table }: Pick<TriggerTable, 'schema' | 'table'>): string {
  return `${schema}.${table}`;
}

function relationSql(table: TriggerTable): string {
  return `(select min(id) from deedlog.relation where name = ${literal(relationName(table))})`;
}

function recorded(table: TriggerTable, change: RowChange): string {
  const pads = table.fields.some(({ treatment }) => treatment === 'hash') ? ', deedlog.hash_key k' : '';
  return `insert into deedlog.effect (tbl, op, activity_id, pk, changes)
    select ${relationSql(table)}, '${change}', (select deedlog.current_activity()), key, ('{' || changes || '}')::jsonb
    from (select ${keySql(table, change === 'D' ? 'o' : 'n')} as key, ${changesSql(table, change)} as changes${change === 'U' ? ', n.deedlog_place as place' : ''}
      from ${rowsSql(table, change)}${pads} offset 0) as row${change === 'U' ? ` where changes <> '' order by place` : ''}`;
}

/**
 * PostgreSQL keeps both states of a row in the same place of the two tables, so rows are paired by place: keys may change, swap and
 * repeat (a cascade changes a row twice), and a table may have none. A full join has no nested loop, which a plan made for one row
 * would keep for a million.
 */
function rowsSql(table: TriggerTable, change: RowChange): string {
  if (change === 'I') return 'new_rows n';
  if (change === 'D') return 'old_rows o';
  const columns = [...new Set([...table.key, ...table.fields.map(({ column }) => column)])].map((column) => `, ${quoted(column)}`).join('');
  const numbered = (rows: string): string => `(select row_number() over () as deedlog_place${columns} from ${rows})`;
  return `${numbered('old_rows')} o full join ${numbered('new_rows')} n on n.deedlog_place = o.deedlog_place`;
}

/**
 * A truncated table takes its partitions along, and their triggers fire after its own: told once. A partition alone cannot tell which
 * rows it had, only its name.
 */
function truncated(table: TriggerTable): string {
  const relation = relationSql(table);
  return `
    if tg_nargs = 0 or tg_argv[0] <> 'part' then
      insert into deedlog.effect (tbl, op, activity_id, pk, changes) select ${relation}, 'T', deedlog.current_activity(), '', '{}';
    elsif not exists (
      select from deedlog.effect t where t.tbl = ${relation} and t.pk = '' and t.op = 'T' and t.changes = '{}' and t.xact = pg_current_xact_id()
      and not exists (select from deedlog.effect later where later.id > t.id and later.tbl = t.tbl)
    ) then
      insert into deedlog.effect (tbl, op, activity_id, pk, changes)
      select ${relation}, 'T', deedlog.current_activity(), '', jsonb_build_object('$partition', jsonb_build_array(tg_table_schema || '.' || tg_table_name, null));
    end if;`;
}

function hashKeyCheck({ fields }: TriggerTable): string {
  if (!fields.some(({ treatment }) => treatment === 'hash')) return '';
  return `
  if not exists (select from deedlog.hash_key) then
    raise exception using errcode = 'DL002', message = ${message('POSTGRES_HASH_KEY_MISSING')}, hint = ${hint('POSTGRES_HASH_KEY_MISSING')};
  end if;`;
}

function contextCheck(table: TriggerTable): string {
  if (table.context !== 'required') return '';
  const refuse = (rows: string): string => `if exists (select from ${rows}) then
        raise exception using errcode = 'DL001', message = ${message('POSTGRES_ACTIVITY_REQUIRED', relationName(table))}, hint = ${hint('POSTGRES_ACTIVITY_REQUIRED')};
      end if;`;
  return `
  if deedlog.current_activity() is null then
    if tg_op = 'INSERT' then
      ${refuse('new_rows')}
    elsif tg_op = 'TRUNCATE' then
      ${refuse('(values (1)) as any_row')}
    else
      ${refuse('old_rows')}
    end if;
  end if;`;
}

type Refusal = 'POSTGRES_ACTIVITY_REQUIRED' | 'POSTGRES_HASH_KEY_MISSING';

function message(code: Refusal, detail?: string): string {
  return literal(`${code}: ${postgresErrors[code].meaning}${detail === undefined ? '' : ` (${detail})`}`);
}

function hint(code: Refusal): string {
  return literal(postgresErrors[code].remedy);
}
