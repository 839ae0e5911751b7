import type { ModelColumn } from '@deedlog/core';
import { invalidModel } from './invalid-model.ts';

const TABLE = /^[a-z][a-z0-9_]{0,47}$/;
const COLUMN = /^[a-z_][a-z0-9_]{0,62}$/;

/** Tables of deedlog that are no model's. */
const TAKEN_TABLES = /^(activity|effect|migration|relation|outbox|deedlog)(_|$)/;

/** What an activity, or the input of `trackActivity` and the other helpers, has already; a column of that name could not be told apart. */
const TAKEN_NAMES = new Set([
  'id', 'occurredAt', 'recordedAt', 'model', 'columns', 'action', 'outcome', 'outcomeCode', 'actor', 'actorKind', 'actorId', 'actorLabel',
  'onBehalfOf', 'target', 'targetType', 'targetId', 'targetLabel', 'related', 'tool', 'message', 'messageValues', 'values', 'reason',
  'changes', 'input', 'context', 'metadata', 'observer', 'source', 'tenant', 'correlationId', 'causationId', 'data', 'before', 'fields', 'account', '__proto__',
]);
const TAKEN_COLUMNS = new Set([...TAKEN_NAMES].map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)));

/** Throws `MODEL_INVALID` for names that PostgreSQL or deedlog cannot keep apart. */
export function checkModel(model: string, table: string, columns: Readonly<Record<string, ModelColumn>>): void {
  if (!TABLE.test(table) || TAKEN_TABLES.test(table)) throw invalidModel(`${model}: table "${table}"`);
  const names = new Set<string>();
  for (const [name, { column }] of Object.entries(columns)) {
    const taken = TAKEN_NAMES.has(name) || TAKEN_COLUMNS.has(column) || names.has(column);
    if (taken || !COLUMN.test(column)) throw invalidModel(`${model}.${name}: column "${column}"`);
    names.add(column);
  }
}
