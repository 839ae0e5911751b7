import type { ActivityItem, Json, ModelItem, OnBehalfOfItem } from '@deedlog/core';

/** A column of the CSV export. */
export interface ExportColumn {
  readonly name: string;
  readonly value: (item: ActivityItem) => string;
}

const text = (value: Json | undefined): string => (value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value));
/** Nothing for an empty list or object. */
const json = (value: object | null): string => (value === null || Object.keys(value).length === 0 ? '' : JSON.stringify(value));

const FIXED: readonly ExportColumn[] = [
  ...(['id', 'timestamp', 'recordedAt', 'action', 'outcome', 'outcomeCode', 'message'] as const).map(plain),
  { name: 'actorKind', value: ({ actor }) => text(actor?.kind) },
  { name: 'actorId', value: ({ actor }) => text(actor?.id) },
  { name: 'actorLabel', value: ({ actor }) => text(actor?.label) },
  { name: 'onBehalfOf', value: ({ onBehalfOf }) => (onBehalfOf ?? []).map(nameOf).join(' < ') },
  ...(['objectType', 'objectId', 'objectLabel', 'tool', 'reason', 'tenant', 'model', 'observer', 'source', 'correlationId', 'causationId', 'unexplained'] as const).map(plain),
  ...(['related', 'changes', 'effects', 'effectsCut', 'input', 'context', 'metadata'] as const).map((name) => ({ name, value: (item: ActivityItem) => (typeof item[name] === 'boolean' ? text(item[name]) : json(item[name])) })),
];

function plain(name: 'id' | 'timestamp' | 'recordedAt' | 'action' | 'outcome' | 'outcomeCode' | 'message' | 'objectType' | 'objectId' | 'objectLabel' | 'tool' | 'reason' | 'tenant' | 'model' | 'observer' | 'source' | 'correlationId' | 'causationId' | 'unexplained'): ExportColumn {
  return { name, value: (item) => text(item[name]) };
}

function nameOf({ kind, id, label }: OnBehalfOfItem): string {
  return label ?? id ?? kind;
}

/** Every column of an export, the own ones of its model last: `col.team`. */
export function exportColumns(model: ModelItem | undefined): readonly ExportColumn[] {
  const own = model?.columns ?? [];
  return [...FIXED, ...own.map(({ name }) => ({ name: `col.${name}`, value: ({ columns }: ActivityItem) => text(columns?.[name]) }))];
}
