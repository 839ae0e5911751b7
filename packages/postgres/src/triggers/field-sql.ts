import { REDACTED } from '@deedlog/core';
import { literal, quoted } from '../sql-text.ts';
import type { TriggerField, TriggerTable } from './trigger-table.ts';

/** What a row had before and has now; an insert has no `o`, a delete no `n`. */
export type RowChange = 'I' | 'U' | 'D';

/** The key's text in the row `o` or `n`: the same as a target's id. */
export function keySql({ key }: TriggerTable, row: 'o' | 'n'): string {
  const parts = key.map((column) => `coalesce(deedlog.value_text(${row}.${quoted(column)}), '')`);
  const [only] = parts;
  if (only === undefined) return `''`;
  return parts.length === 1 ? only : parts.map((part) => `deedlog.key_part(${part})`).join(` || ':' || `);
}

/** The members of the object of changes, as text: parsing one text costs two thirds of what building JSON from many costs. */
export function changesSql(table: TriggerTable, change: RowChange): string {
  const members = table.fields.flatMap((field) => memberSql(field, change, table.storage ?? 'both'));
  return joined(change === 'U' && table.key.length > 0 ? [keyMember(table), ...members] : members);
}

function keyMember(table: TriggerTable): string {
  const differs = table.key.map((column) => `deedlog.value_differs(o.${quoted(column)}, n.${quoted(column)})`).join(' or ');
  return `case when ${differs} then '"$key":[' || to_json(${keySql(table, 'o')})::text || ',' || to_json(${keySql(table, 'n')})::text || ']' end`;
}

function memberSql(field: TriggerField, change: RowChange, storage: 'both' | 'old'): string[] {
  const [o, n] = [`o.${quoted(field.column)}`, `n.${quoted(field.column)}`];
  const name = literal(`${JSON.stringify(field.field)}:[`);
  switch (change) {
    case 'I':
      return storage === 'old' ? [] : [`case when ${n} is not null then ${literal(`${JSON.stringify(field.field)}:[null,`)} || ${valueSql(field, n)} || ']' end`];
    case 'D':
      return [`case when ${o} is not null then ${name} || ${valueSql(field, o)} || ${storage === 'old' ? `']'` : `',null]'`} end`];
    case 'U':
      return [`case when deedlog.value_differs(${o}, ${n}) then ${name} || ${valueSql(field, o)} || ${storage === 'old' ? '' : `',' || ${valueSql(field, n)} || `}']' end`];
  }
}

export function valueSql({ treatment }: TriggerField, value: string): string {
  switch (treatment) {
    case 'plain':
      return `deedlog.value_json(${value})`;
    case 'redact':
      return literal(JSON.stringify(REDACTED));
    case 'hash':
      return `deedlog.keyed_hash(deedlog.hash_text(${value}), k.inner_pad, k.outer_pad)`;
  }
}

/** A function of PostgreSQL takes 100 arguments. */
const MAX_ARGUMENTS = 90;

function joined(members: readonly string[]): string {
  if (members.length === 0) return `''`;
  if (members.length <= MAX_ARGUMENTS) return `concat_ws(',', ${members.join(',\n      ')})`;
  const groups = Array.from({ length: Math.ceil(members.length / MAX_ARGUMENTS) }, (_, group) => members.slice(group * MAX_ARGUMENTS, (group + 1) * MAX_ARGUMENTS));
  return joined(groups.map((group) => `nullif(${joined(group)}, '')`));
}
