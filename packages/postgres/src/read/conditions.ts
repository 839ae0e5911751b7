import { DATA_SUBJECT } from '@deedlog/core';
import type { Search, SearchFilter } from '@deedlog/core';
import type { Parameters } from './parameters.ts';
import { INDEXED_VECTOR, textCondition, textQuery } from './text-search.ts';
import { quoted } from '../sql-text.ts';

/** By what an index finds the records. Each is also a condition of its own, {@link leadCondition}. */
export type Lead =
  | { readonly by: 'time' }
  | { readonly by: 'actor_id' | 'action' | 'tenant' | 'correlation_id'; readonly values: readonly string[] }
  | { readonly by: 'target'; readonly type: string; readonly id: string }
  | { readonly by: 'related'; readonly contains: string }
  | { readonly by: 'ids'; readonly ids: readonly string[] }
  | { readonly by: 'text'; readonly words: readonly string[] };

const COLUMN_SQL = { actor_id: 'actor_id', action: 'action collate "C"', tenant: 'tenant', correlation_id: 'correlation_id' } as const;

/** Whether the lead's index gives the records in the order of a listing, so that reading can stop early. */
export function isOrdered(lead: Lead): boolean {
  return lead.by === 'time' || lead.by === 'actor_id' || lead.by === 'action' || lead.by === 'tenant' || lead.by === 'target';
}

/** What an index without an order is asked for, as a value that {@link leadCondition} may take; undefined: this lead asks for a list, or is ordered. */
export function leadValue(lead: Lead, parameters: Parameters): string | undefined {
  if (lead.by === 'text') return textQuery(lead.words, parameters);
  return lead.by === 'related' ? parameters.add(lead.contains, 'jsonb') : undefined;
}

/** The condition of a lead; `value` stands for one of its values. */
export function leadCondition(lead: Lead, parameters: Parameters, value?: string): string {
  switch (lead.by) {
    case 'time':
      return 'true';
    case 'actor_id':
    case 'action':
    case 'tenant':
    case 'correlation_id':
      if (value !== undefined) return `${COLUMN_SQL[lead.by]} = ${value}`;
      return lead.values.length === 1 ? `${COLUMN_SQL[lead.by]} = ${parameters.add(lead.values[0], 'text')}` : `${COLUMN_SQL[lead.by]} = any(${parameters.addList(lead.values, 'text')})`;
    case 'target':
      return `target_type = ${parameters.add(lead.type, 'text')} and target_id = ${parameters.add(lead.id, 'text')}`;
    case 'related':
      return `related is not null and related @> ${value ?? leadValue(lead, parameters)}`;
    case 'ids':
      return `id = any(${parameters.addList(lead.ids, 'uuid')})`;
    case 'text':
      return `${INDEXED_VECTOR} @@ ${value ?? leadValue(lead, parameters)}`;
  }
}

/** Records that are about a person. */
export function relatedPerson(id: string): Lead {
  return { by: 'related', contains: JSON.stringify([{ role: DATA_SUBJECT, id }]) };
}

/** From, until. */
export function timeConditions({ from, until }: SearchFilter, parameters: Parameters): string[] {
  return [
    ...(from === undefined ? [] : [`occurred_at >= ${parameters.add(from.toISOString(), 'timestamptz')}`]),
    ...(until === undefined ? [] : [`occurred_at < ${parameters.add(until.toISOString(), 'timestamptz')}`]),
  ];
}

const EQUAL: readonly (readonly [property: 'actorKind' | 'targetType' | 'targetId' | 'tool' | 'outcome' | 'observer' | 'actorId' | 'correlationId' | 'tenant', column: string])[] = [
  ['actorId', 'actor_id'],
  ['actorKind', 'actor_kind'],
  ['targetType', 'target_type'],
  ['targetId', 'target_id'],
  ['tool', 'tool'],
  ['outcome', 'outcome'],
  ['observer', 'observer'],
  ['correlationId', 'correlation_id'],
  ['tenant', 'tenant'],
];

/** Everything but time that a record must be. What the lead says already is not said again. */
export function otherConditions({ filter, tenants, textParts, dataSubject }: Search, lead: Lead, parameters: Parameters): string[] {
  const said = saidBy(lead);
  const conditions = EQUAL.flatMap(([property, column]) => (filter[property] === undefined || said.has(column) ? [] : [`${column} = ${parameters.add(filter[property], 'text')}`]));
  if (!said.has('tenant') && tenants !== 'all' && filter.tenant === undefined) conditions.push(`tenant = any(${parameters.addList(tenants, 'text')})`);
  if (!said.has('action')) conditions.push(...actionConditions(filter, parameters));
  if (filter.requestId !== undefined) conditions.push(`context ->> 'requestId' = ${parameters.add(filter.requestId, 'text')}`);
  for (const { column, value } of filter.columns) {
    conditions.push(value === null ? `${quoted(column.column)} is null` : `${quoted(column.column)} = ${parameters.add(value, column.type)}`);
  }
  if (dataSubject !== undefined && lead.by !== 'related') conditions.push(leadCondition(relatedPerson(dataSubject), parameters));
  const words = lead.by === 'text' ? filter.words.filter((word) => !lead.words.includes(word)) : filter.words;
  if (words.length > 0) conditions.push(textCondition(words, textParts, parameters));
  return conditions;
}

function saidBy(lead: Lead): ReadonlySet<string> {
  return new Set(lead.by === 'target' ? ['target_type', 'target_id'] : [lead.by]);
}

function actionConditions({ action, actionPrefix }: SearchFilter, parameters: Parameters): string[] {
  if (action !== undefined) return [`action collate "C" = ${parameters.add(action, 'text')}`];
  return actionPrefix === undefined ? [] : [`starts_with(action, ${parameters.add(actionPrefix, 'text')})`];
}
