import { CHANGED_KEY } from '@deedlog/core';
import type { EffectChanges, EffectOp, EntityChange, Json, TargetDescriber } from '@deedlog/core';
import { ChangeSetType, helper } from '@mikro-orm/core';
import type { MikroORM } from '@mikro-orm/core';
import { assignedValue } from './audited-field.ts';
import type { AuditedField } from './audited-field.ts';
import { collectionOf, keysNow, sameKeys } from './collection-states.ts';
import { keyOfParts } from './describe-target.ts';
import type { ChangedEntity } from './flush-snapshot.ts';
import { MISSING } from './missing.ts';
import type { EntityData } from './read-property.ts';
import { tableOf } from './table-of.ts';
import { sameState, treatValue } from './treat-value.ts';
import type { TreatmentRules } from './treat-value.ts';

/** An effect before it is known which activity explains it. */
export interface CapturedEffect extends EntityChange {
  readonly table: string;
  readonly op: EffectOp;
  readonly changes: EffectChanges;
}

export interface EffectReader {
  readonly orm: MikroORM;
  readonly describe: TargetDescriber;
  readonly rules: TreatmentRules;
  /** Entities that this process created: what their snapshot lacks is null in the row. */
  readonly whole: WeakSet<object>;
}

/** What a flush has done to the entities of its snapshot; asked once its statements are through. */
export function effectsOfFlush(changed: readonly ChangedEntity[], reader: EffectReader): CapturedEffect[] {
  return changed.flatMap((change) => {
    const target = reader.describe(change.entity);
    if (target === undefined) return [];
    const kind = kindOf(change.type);
    const key = changedKey(change, String(target.id));
    // MikroORM looks for the row under its new key, and so deletes none.
    if (kind.op === 'D' && key !== undefined) return [];
    const changes = { ...key, ...changesOf(change, reader) };
    if (!change.rowChanges && Object.keys(changes).length === 0) return [];
    return [{ ...kind, target, model: change.audited.model, table: tableOf(change.entity, change.meta, reader.orm), changes }];
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

function changedKey({ audited, before }: ChangedEntity, now: string): EffectChanges | undefined {
  if (before === undefined) return undefined;
  const parts = audited.key.map((part) => part.read(before, MISSING));
  if (parts.includes(MISSING)) return undefined;
  const old = keyOfParts(parts);
  return old === now ? undefined : { [CHANGED_KEY]: [old, now] };
}

function changesOf(change: ChangedEntity, reader: EffectReader): EffectChanges {
  const { entity, audited } = change;
  const { op } = kindOf(change.type);
  const after = op === 'D' ? undefined : stateAfter(change);
  if (op === 'I') reader.whole.add(entity);
  const absent = reader.whole.has(entity) ? null : MISSING;
  const changes: Record<string, readonly [Json, Json]> = {};
  for (const field of audited.fields) {
    const [old, now] = statesOf(field, { change, after, absent });
    if (isSame(field, old, now)) continue;
    changes[field.name] = treated(field, { old, now, rules: reader.rules, both: op === 'U' });
  }
  return changes;
}

/** What the entity has lost, for example by `undefined`, was written as null. */
function stateAfter({ entity, before = {} }: ChangedEntity): EntityData {
  const after = (helper(entity).__originalEntityData ?? {}) as EntityData;
  const lost = Object.keys(before).filter((name) => !(name in after));
  return lost.length === 0 ? after : { ...after, ...Object.fromEntries(lost.map((name) => [name, null])) };
}

function isSame({ collection }: AuditedField, old: unknown, now: unknown): boolean {
  return collection === undefined ? sameState(old, now) : sameKeys(old, now, collection === 'ordered');
}

/** What happened to a redacted field is not told: old and new look alike, whatever they were. */
function treated({ treatment }: AuditedField, states: { old: unknown; now: unknown; rules: TreatmentRules; both: boolean }): readonly [Json, Json] {
  const { old, now, rules, both } = states;
  const hidden = treatment === 'redact' && both;
  return [treatValue(hidden ? MISSING : old, treatment, rules), treatValue(hidden ? MISSING : now, treatment, rules)];
}

function statesOf(field: AuditedField, states: { change: ChangedEntity; after: EntityData | undefined; absent: null | typeof MISSING }): readonly [unknown, unknown] {
  const { change, after, absent } = states;
  if (field.collection !== undefined) return collectionStates(change, field);
  if (field.assigned) return [change.states.get(field.name), after === undefined ? null : assignedValue(change.entity, field)];
  return rowStates(field, { before: change.before, after, absent });
}

function rowStates(field: AuditedField, states: { before: EntityData | undefined; after: EntityData | undefined; absent: null | typeof MISSING }): readonly [unknown, unknown] {
  const { before, after, absent } = states;
  const old = before === undefined ? null : field.read(before, absent);
  if (after === undefined) return [old, null];
  if (before === undefined) return [null, field.read(after, null)];
  return field.unchanged?.(before, after) === true ? [old, old] : [old, field.read(after, absent)];
}

function collectionStates({ entity, states, type }: ChangedEntity, field: AuditedField): readonly [unknown, unknown] {
  if (!states.has(field.name)) return [null, null];
  const old = states.get(field.name);
  // An empty list of a row that comes or goes is nothing to tell.
  if (kindOf(type).op === 'D') return [Array.isArray(old) && old.length === 0 ? null : old, null];
  const collection = collectionOf(entity, field.name);
  return [old, collection === undefined ? old : keysNow(collection)];
}
