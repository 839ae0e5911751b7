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
  const effects: CapturedEffect[] = [];
  for (const change of changed) {
    const target = reader.describe(change.entity);
    if (target === undefined) continue;
    const { op, verb } = KINDS[change.type];
    const key = changedKey(change, String(target.id));
    // MikroORM looks for the row under its new key, and so deletes none.
    if (op === 'D' && key !== undefined) continue;
    const changes = key === undefined ? changesOf(change, reader) : { ...key, ...changesOf(change, reader) };
    if (!change.rowChanges && Object.keys(changes).length === 0) continue;
    effects.push({ op, verb, target, model: change.audited.model, table: tableOf(change.entity, change.meta, reader.orm), changes });
  }
  return effects;
}

const CREATED = { op: 'I', verb: 'create' } as const;
const UPDATED = { op: 'U', verb: 'update' } as const;
const DELETED = { op: 'D', verb: 'delete' } as const;
const KINDS: Readonly<Record<ChangeSetType, Pick<CapturedEffect, 'op' | 'verb'>>> = {
  [ChangeSetType.CREATE]: CREATED,
  [ChangeSetType.UPDATE]: UPDATED,
  [ChangeSetType.UPDATE_EARLY]: UPDATED,
  [ChangeSetType.DELETE]: DELETED,
  [ChangeSetType.DELETE_EARLY]: DELETED,
};

function changedKey({ audited, before }: ChangedEntity, now: string): EffectChanges | undefined {
  if (before === undefined) return undefined;
  const parts = audited.key.map((part) => part.read(before, MISSING));
  if (parts.includes(MISSING)) return undefined;
  const old = keyOfParts(parts);
  return old === now ? undefined : { [CHANGED_KEY]: [old, now] };
}

/** A changed entity with its row, from which the states of each field are read. */
interface Rows {
  readonly change: ChangedEntity;
  /** Undefined where the flush deletes it. */
  readonly after: EntityData | undefined;
  /** What a row lacks that was not read whole is not known. */
  readonly absent: null | typeof MISSING;
}

function changesOf(change: ChangedEntity, { rules, whole }: EffectReader): EffectChanges {
  const { entity, audited } = change;
  const { op } = KINDS[change.type];
  if (op === 'I') whole.add(entity);
  const rows: Rows = { change, after: op === 'D' ? undefined : stateAfter(change), absent: whole.has(entity) ? null : MISSING };
  const changes: Record<string, readonly [Json, Json]> = {};
  for (const field of audited.fields) {
    const old = stateBefore(field, rows);
    const now = stateNow(field, rows, old);
    if (isSame(field, old, now)) continue;
    const { name, treatment } = field;
    // What happened to a redacted field is not told: old and new look alike, whatever they were.
    const hidden = treatment === 'redact' && op === 'U';
    changes[name] = [treatValue(hidden ? MISSING : old, treatment, rules), treatValue(hidden ? MISSING : now, treatment, rules)];
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

function stateBefore(field: AuditedField, { change, absent }: Rows): unknown {
  const { before, states, type } = change;
  if (field.collection !== undefined) {
    const old = states.get(field.name) ?? null;
    // An empty list of a row that comes or goes is nothing to tell.
    return KINDS[type].op === 'D' && Array.isArray(old) && old.length === 0 ? null : old;
  }
  if (field.assigned) return states.get(field.name);
  return before === undefined ? null : field.read(before, absent);
}

function stateNow(field: AuditedField, { change, after, absent }: Rows, old: unknown): unknown {
  const { entity, before, states } = change;
  if (after === undefined) return null;
  if (field.collection !== undefined) {
    const collection = states.has(field.name) ? collectionOf(entity, field.name) : undefined;
    return collection === undefined ? old : keysNow(collection);
  }
  if (field.assigned) return assignedValue(entity, field);
  if (before === undefined) return field.read(after, null);
  return field.unchanged?.(before, after) === true ? old : field.read(after, absent);
}
