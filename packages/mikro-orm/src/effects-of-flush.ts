import { UNKNOWN } from '@deedlog/core';
import type { EffectChanges, EffectOp, EntityChange, Json, TargetDescriber } from '@deedlog/core';
import { ChangeSetType, helper } from '@mikro-orm/core';
import type { MikroORM } from '@mikro-orm/core';
import { assignedValue, collectionOf, keysOf, MISSING } from './audited-field.ts';
import type { AuditedField, EntityData } from './audited-field.ts';
import type { ChangedEntity } from './flush-snapshot.ts';
import { treatValue, sameState } from './treat-value.ts';

/** An effect before it is known which activity explains it. */
export interface CapturedEffect extends EntityChange {
  readonly table: string;
  readonly op: EffectOp;
  readonly changes: EffectChanges;
}

export interface EffectReader {
  readonly orm: MikroORM;
  readonly describe: TargetDescriber;
  readonly hashKey: string;
  /** Entities that this process created: what their snapshot lacks is null in the row. */
  readonly whole: WeakSet<object>;
}

/** Where a table is that neither its entity nor the orm gives a schema. */
export const DEFAULT_SCHEMA = 'public';

/** What a flush has done to the entities of its snapshot; asked once its statements are through. */
export function effectsOfFlush(changed: readonly ChangedEntity[], reader: EffectReader): CapturedEffect[] {
  return changed.flatMap((change) => {
    const target = reader.describe(change.entity);
    return target === undefined ? [] : [{ ...kindOf(change.type), target, table: tableOf(change, reader.orm), changes: changesOf(change, reader) }];
  });
}

function kindOf(type: ChangeSetType): Pick<CapturedEffect, 'op' | 'verb'> {
  switch (type) {
    case ChangeSetType.CREATE:
      return { op: 'I', verb: 'create' };
    case ChangeSetType.UPDATE:
    case ChangeSetType.UPDATE_EARLY:
      return { op: 'U', verb: 'update' };
    case ChangeSetType.DELETE:
    case ChangeSetType.DELETE_EARLY:
      return { op: 'D', verb: 'delete' };
  }
}

function tableOf({ entity, meta }: ChangedEntity, orm: MikroORM): string {
  const schema = helper(entity).__schema ?? (meta.schema === '*' ? undefined : meta.schema) ?? orm.config.get('schema') ?? DEFAULT_SCHEMA;
  return `${schema}.${meta.tableName}`;
}

function changesOf(change: ChangedEntity, reader: EffectReader): EffectChanges {
  const { entity, audited } = change;
  const { op } = kindOf(change.type);
  const after = op === 'D' ? undefined : (helper(entity).__originalEntityData as EntityData | undefined);
  if (op === 'I') reader.whole.add(entity);
  const absent = reader.whole.has(entity) ? null : MISSING;
  const changes: Record<string, readonly [Json, Json]> = {};
  for (const field of audited.fields) {
    const [old, now] = statesOf(field, { change, after, absent });
    if (sameState(old, now)) continue;
    changes[field.name] = treated(field, { old, now, hashKey: reader.hashKey, both: op === 'U' });
  }
  return changes;
}

/** What happened to a redacted field is not told: old and new look alike, whatever they were. */
function treated({ treatment }: AuditedField, states: { old: unknown; now: unknown; hashKey: string; both: boolean }): readonly [Json, Json] {
  const { old, now, hashKey, both } = states;
  const hidden = treatment === 'redact' && both;
  return [treatValue(hidden ? MISSING : old, treatment, hashKey), treatValue(hidden ? MISSING : now, treatment, hashKey)];
}

function statesOf(field: AuditedField, states: { change: ChangedEntity; after: EntityData | undefined; absent: unknown }): readonly [unknown, unknown] {
  const { change, after, absent } = states;
  if (field.collection) return collectionStates(change, field);
  if (field.assigned) return [change.states.get(field.name), after === undefined ? null : assignedValue(change.entity, field)];
  return rowStates(field, { before: change.before, after, absent });
}

function rowStates(field: AuditedField, states: { before: EntityData | undefined; after: EntityData | undefined; absent: unknown }): readonly [unknown, unknown] {
  const { before, after, absent } = states;
  const old = before === undefined ? null : orElse(field.read(before), absent);
  if (after === undefined) return [old, null];
  const now = field.read(after);
  if (before === undefined) return [null, orElse(now, null)];
  // What the entity does not have was not written.
  return now === MISSING ? [old, old] : [old, now];
}

function orElse(value: unknown, other: unknown): unknown {
  return value === MISSING ? other : value;
}

function collectionStates({ entity, states, type }: ChangedEntity, field: AuditedField): readonly [unknown, unknown] {
  if (!states.has(field.name)) return [null, null];
  const old = states.get(field.name);
  // An empty list of a row that comes or goes is nothing to tell.
  if (kindOf(type).op === 'D') return [Array.isArray(old) && old.length === 0 ? null : old, null];
  const collection = collectionOf(entity, field);
  return collection === undefined ? [old, old] : [old, keysOf(collection.getItems(false), old !== MISSING, UNKNOWN)];
}
