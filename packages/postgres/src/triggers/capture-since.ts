import { relationName } from './function-sql.ts';
import type { TableName, TriggerTable } from './trigger-table.ts';
import { literal } from '../sql-text.ts';

/** Notes since when which field is captured. Stands after the triggers, which wait for the writers of the table: who writes from then on is seen. */
export function noteCapture(table: TriggerTable): string {
  const name = literal(relationName(table));
  const rows = [`('', '')`, ...table.fields.map(({ field, treatment }) => `(${literal(field)}, ${literal(`${treatment} ${table.storage ?? 'both'}`)})`)];
  return `delete from deedlog.capture where table_name = ${name} and field not in (select field from (values ${rows.join(', ')}) as given(field, treatment));
  insert into deedlog.capture (table_name, field, treatment, system)
    select ${name}, field, treatment, system_identifier from (values ${rows.join(', ')}) as given(field, treatment), pg_control_system()
    on conflict (table_name, field) do update set treatment = excluded.treatment, since = excluded.since, xact = excluded.xact, system = excluded.system
    where capture.treatment <> excluded.treatment or capture.system <> excluded.system`;
}

export function forgetCapture(table: TableName): string {
  return `delete from deedlog.capture where table_name = ${literal(relationName(table))}`;
}
