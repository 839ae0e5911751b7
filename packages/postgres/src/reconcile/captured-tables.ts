import type { PostgresLike } from '../postgres-like.ts';
import type { TriggerField, TriggerTable } from '../triggers/trigger-table.ts';

/** A table as a reconciliation sees it. */
export interface CapturedTable extends Omit<TriggerTable, 'fields'> {
  /** As in the registry of effects: `public.patient`. */
  readonly name: string;
  readonly fields: readonly CapturedField[];
  /** The first transaction whose writes the triggers saw (xid8); null: there is no trigger, or the database is a restored copy. */
  readonly sinceXact: string | null;
}

export interface CapturedField extends TriggerField {
  /** Since when it is captured by triggers; null: it is not, so what an effect leaves out is not known. */
  readonly since: Date | null;
}

const SINCE = `select table_name, field, (extract(epoch from since) * 1000)::float8 as since,
  case when system = (select system_identifier from pg_control_system()) then xact::text end as xact
from deedlog.capture where table_name in (select jsonb_array_elements_text($1::jsonb))`;

/** The tables with what the database knows about their capture. */
export async function capturedTables(client: PostgresLike, tables: readonly TriggerTable[]): Promise<CapturedTable[]> {
  const { rows } = await client.query(SINCE, [JSON.stringify(tables.map(nameOf))]);
  const found = new Map(rows.map((row) => [JSON.stringify([row['table_name'], row['field']]), row]));
  return tables.map((table) => {
    const rowOf = (field: string) => found.get(JSON.stringify([nameOf(table), field]));
    const fields = table.fields.map((field) => {
      const since = rowOf(field.field)?.['since'];
      return { ...field, since: since == null ? null : new Date(Number(since)) };
    });
    const xact = rowOf('')?.['xact'];
    return { ...table, name: nameOf(table), fields, sinceXact: xact == null ? null : String(xact) };
  });
}

function nameOf({ schema, table }: TriggerTable): string {
  return `${schema}.${table}`;
}
