import { ChangeSetType, helper } from '@mikro-orm/core';
import type { Collection, EntityMetadata, UnitOfWork } from '@mikro-orm/core';
import type { AuditedEntities, AuditedEntity } from './audited-entities.ts';
import { assignedValue, collectionOf, keysOf, MISSING } from './audited-field.ts';
import type { EntityData } from './audited-field.ts';
import { UNKNOWN } from '@deedlog/core';

/** An audited entity as it was before a flush that changes it. */
export interface ChangedEntity {
  readonly entity: object;
  readonly meta: EntityMetadata;
  readonly audited: AuditedEntity;
  readonly type: ChangeSetType;
  /** Undefined where the flush creates it. */
  readonly before: EntityData | undefined;
  /** By field: the keys in the collections that the flush changes, and values that the database assigns. */
  readonly states: ReadonlyMap<string, unknown>;
}

/** MikroORM's own order of statements. */
const ORDER: readonly ChangeSetType[] = [
  ChangeSetType.DELETE_EARLY,
  ChangeSetType.UPDATE_EARLY,
  ChangeSetType.CREATE,
  ChangeSetType.UPDATE,
  ChangeSetType.DELETE,
];

/** What a flush is about to change, taken in `onFlush`: a deleted entity has forgotten its state afterwards, a collection its former items. */
export function snapshotFlush(uow: UnitOfWork, audits: AuditedEntities): ChangedEntity[] {
  const changed = new Map<object, ChangedEntity>();
  const add = (entity: object, type: ChangeSetType, before: EntityData | undefined): void => {
    if (changed.has(entity)) return;
    const meta = helper(entity).__meta as EntityMetadata;
    const audited = audits.get(meta._id);
    if (audited === undefined) return;
    changed.set(entity, { entity, meta, audited, type, before, states: statesBefore(entity, audited, type) });
  };
  for (const { entity, type, originalEntity } of uow.getChangeSets()) {
    add(entity, type, type === ChangeSetType.CREATE ? undefined : ((originalEntity ?? uow.getOriginalEntityData(entity) ?? {}) as EntityData));
  }
  // A unique value that two rows swap is written later, and has no change set yet.
  for (const [entity] of uow.getExtraUpdates()) add(entity, ChangeSetType.UPDATE, uow.getOriginalEntityData(entity) as EntityData | undefined);
  for (const collection of uow.getCollectionUpdates()) {
    if (collection.isDirty() && namesCollection(collection, audits)) {
      add(collection.owner as object, ChangeSetType.UPDATE, uow.getOriginalEntityData(collection.owner as object) as EntityData | undefined);
    }
  }
  return [...changed.values()].sort((one, other) => ORDER.indexOf(one.type) - ORDER.indexOf(other.type));
}

function namesCollection({ owner, property }: Collection<object>, audits: AuditedEntities): boolean {
  const meta = helper(owner as object).__meta as EntityMetadata;
  return audits.get(meta._id)?.fields.some(({ collection, name }) => collection && name === property.name) ?? false;
}

function statesBefore(entity: object, { fields }: AuditedEntity, type: ChangeSetType): ReadonlyMap<string, unknown> {
  const before = new Map<string, unknown>();
  const deleted = type === ChangeSetType.DELETE || type === ChangeSetType.DELETE_EARLY;
  for (const field of fields) {
    if (field.assigned) before.set(field.name, type === ChangeSetType.CREATE ? null : assignedValue(entity, field));
    if (!field.collection) continue;
    const collection = collectionOf(entity, field);
    if (collection === undefined || (type === ChangeSetType.CREATE && collection.length === 0)) continue;
    if (type === ChangeSetType.CREATE) before.set(field.name, null);
    else if (deleted || collection.isDirty()) {
      const snapshot = collection.getSnapshot();
      before.set(field.name, snapshot === undefined ? MISSING : keysOf(snapshot, true, UNKNOWN));
    }
  }
  return before;
}
