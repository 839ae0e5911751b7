import type { CaptureTreatment, TriggerTable } from '@deedlog/postgres';

type Columns = readonly string[] | Readonly<Record<string, CaptureTreatment>>;

/** `public.<table>` with key `id`; its fields are named after their columns, plain unless said otherwise. */
export function tableOf(table: string, columns: Columns, more: Partial<TriggerTable> = {}): TriggerTable {
  const treatments = isList(columns) ? columns.map((column): [string, CaptureTreatment] => [column, 'plain']) : Object.entries(columns);
  return { schema: 'public', table, key: ['id'], fields: treatments.map(([column, treatment]) => ({ field: column, column, treatment })), ...more };
}

function isList(columns: Columns): columns is readonly string[] {
  return Array.isArray(columns);
}
