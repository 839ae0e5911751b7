import type { Json } from '@deedlog/core';
import type { PostgresRow } from '../postgres-like.ts';
import type { Finding, FindingKind, FindingProblem } from './finding.ts';

/** The columns that every search selects, in the form that {@link findingFromRow} reads. Missing ones are null. */
export function findingFromRow(kind: FindingKind, row: PostgresRow): Finding {
  return {
    kind,
    problem: row['problem'] as FindingProblem,
    table: textOf(row['table']),
    key: textOf(row['key']),
    field: textOf(row['field']),
    at: row['at'] == null ? null : new Date(Number(row['at'])),
    databaseUser: textOf(row['database_user']),
    transaction: textOf(row['xact']),
    activityId: textOf(row['activity_id']),
    effectId: textOf(row['effect_id']),
    expected: jsonOf(row['expected']),
    found: jsonOf(row['found']),
  };
}

/** A time as {@link findingFromRow} reads it: drivers differ in how they hand out timestamps. */
export const milliseconds = (column: string): string => `(extract(epoch from ${column}) * 1000)::float8`;

function textOf(value: unknown): string | null {
  return value == null ? null : String(value);
}

function jsonOf(value: unknown): Json {
  return value == null ? null : (JSON.parse(String(value)) as Json);
}
