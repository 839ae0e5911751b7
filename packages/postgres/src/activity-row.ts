import { DEFAULT_MODEL } from '@deedlog/core';
import type { Activity } from '@deedlog/core';
import { postgresError } from './errors.ts';
import type { PostgresRow } from './postgres-like.ts';

type ColumnType = 'uuid' | 'timestamptz' | 'text' | 'jsonb';

interface Column {
  readonly property: keyof Activity;
  readonly type: ColumnType;
  readonly nullable?: true;
}

/** The columns of `deedlog.activity` and the property that each holds. */
const COLUMNS = {
  id: { property: 'id', type: 'uuid' },
  occurred_at: { property: 'occurredAt', type: 'timestamptz' },
  recorded_at: { property: 'recordedAt', type: 'timestamptz' },
  action: { property: 'action', type: 'text' },
  outcome: { property: 'outcome', type: 'text' },
  outcome_code: { property: 'outcomeCode', type: 'text', nullable: true },
  actor_kind: { property: 'actorKind', type: 'text', nullable: true },
  actor_id: { property: 'actorId', type: 'text', nullable: true },
  actor_label: { property: 'actorLabel', type: 'text', nullable: true },
  on_behalf_of: { property: 'onBehalfOf', type: 'jsonb', nullable: true },
  target_type: { property: 'targetType', type: 'text', nullable: true },
  target_id: { property: 'targetId', type: 'text', nullable: true },
  target_label: { property: 'targetLabel', type: 'text', nullable: true },
  related: { property: 'related', type: 'jsonb', nullable: true },
  tool: { property: 'tool', type: 'text', nullable: true },
  message: { property: 'message', type: 'text', nullable: true },
  message_values: { property: 'messageValues', type: 'jsonb', nullable: true },
  reason: { property: 'reason', type: 'text', nullable: true },
  changes: { property: 'changes', type: 'jsonb', nullable: true },
  input: { property: 'input', type: 'jsonb', nullable: true },
  context: { property: 'context', type: 'jsonb' },
  metadata: { property: 'metadata', type: 'jsonb' },
  observer: { property: 'observer', type: 'text' },
  source: { property: 'source', type: 'text' },
  tenant: { property: 'tenant', type: 'text', nullable: true },
  correlation_id: { property: 'correlationId', type: 'text', nullable: true },
  causation_id: { property: 'causationId', type: 'text', nullable: true },
} as const;

/** A column of `deedlog.activity`. */
export type ActivityColumn = keyof typeof COLUMNS;

/** An activity with its columns' names, ready for JSON; times are ISO 8601 in UTC. */
export type ActivityRow = Readonly<Record<ActivityColumn, unknown>>;

const columns: readonly (readonly [ActivityColumn, Column])[] = Object.entries(
  COLUMNS satisfies Record<string, Column>,
) as [ActivityColumn, Column][];

/** `id, occurred_at, …`: every column, in the order of the table. */
export const ACTIVITY_COLUMNS: string = columns.map(([name]) => name).join(', ');

/** `id uuid, occurred_at timestamptz, …`: the same with types, for `jsonb_to_recordset`. */
export const ACTIVITY_COLUMN_TYPES: string = columns.map(([name, { type }]) => `${name} ${type}`).join(', ');

/** The row that an activity is stored as. */
export function activityToRow(activity: Activity): ActivityRow {
  const cells = columns.map(([name, { property }]) => {
    const value = activity[property];
    return [name, value instanceof Date ? value.toISOString() : value];
  });
  const { model, columns: own } = activity;
  // Beside the columns, for rows that wait elsewhere; `jsonb_to_recordset` passes over what it has no name for.
  return Object.fromEntries(model === DEFAULT_MODEL && own === null ? cells : [...cells, ['model', model], ['columns', own]]) as ActivityRow;
}

/** The same without what is null: less to read, where a column that is missing is null. */
export function storedRow(activity: Activity): Partial<ActivityRow> {
  const row: Partial<Record<ActivityColumn, unknown>> = {};
  for (const [name, { property }] of columns) {
    const value = activity[property];
    if (value !== null) row[name] = value;
  }
  return row;
}

/**
 * The activity behind a row of `deedlog.activity`, whatever the client made of its times (`Date` or text) and its JSON
 * (values or text). Other columns are left out. Throws `POSTGRES_ROW_INVALID` where a column is missing.
 */
export function activityFromRow(row: PostgresRow): Activity {
  const properties = columns.map(([name, column]) => [column.property, readCell(name, column, row[name])]);
  return { model: row['model'] ?? DEFAULT_MODEL, columns: row['columns'] ?? null, ...Object.fromEntries(properties) } as Activity;
}

function readCell(name: ActivityColumn, column: Column, value: unknown): unknown {
  if (value === undefined || (value === null && column.nullable === undefined)) {
    throw postgresError('POSTGRES_ROW_INVALID', `column ${name} is missing`);
  }
  if (value === null) return null;
  switch (column.type) {
    case 'timestamptz':
      return readTime(name, value);
    case 'jsonb':
      return typeof value === 'string' ? JSON.parse(value) : value;
    case 'uuid':
    case 'text':
      return value;
  }
}

/** PostgreSQL's text form `2026-11-21 10:00:00.123+00` lacks the T, and the minutes of the offset that ISO 8601 wants. */
function readTime(name: ActivityColumn, value: unknown): Date {
  const time = value instanceof Date ? value : new Date(String(value).replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'));
  if (Number.isNaN(time.getTime())) throw postgresError('POSTGRES_ROW_INVALID', `column ${name} is no time`);
  return time;
}
