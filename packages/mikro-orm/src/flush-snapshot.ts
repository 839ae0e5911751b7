import { ChangeSetType, helper } from '@mikro-orm/core';
import type { Collection, EntityMetadata, UnitOfWork } from '@mikro-orm/core';
import type { AuditedEntities, AuditedEntity } from './audited-entities.ts';
import { assignedValue } from './audited-field.ts';
import { collectionOf, keysBefore } from './collection-states.ts';
import { MISSING } from './missing.ts';
import type { EntityData } from './read-property.ts';

/** An audited entity as it was before a flush that changes it. */
export interface ChangedEntity {
  readonly entity: object;
  readonly meta: EntityMetadata;
  readonly audited: AuditedEntity;
  readonly type: ChangeSetType;
  /** False: only collections of it may change, which are stored elsewhere. */
  readonly rowChanges: boolean;
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
  const add = (entity: object, change: Pick<ChangedEntity, 'type' | 'before'>, rowChanges = true): void => {
    if (changed.has(entity)) return;
    const meta = helper(entity).__meta as EntityMetadata;
    const audited = audits.get(meta._id);
    if (audited === undefined) return;
    changed.set(entity, { entity, meta, audited, rowChanges, ...change, states: statesBefore(entity, audited, change.type) });
  };
  const updateOf = (entity: object): Pick<ChangedEntity, 'type' | 'before'> => ({
    type: ChangeSetType.UPDATE,
    before: uow.getOriginalEntityData(entity) as EntityData | undefined,
  });
  for (const { entity, type, originalEntity } of uow.getChangeSets()) {
    const before = type === ChangeSetType.CREATE ? undefined : ((originalEntity ?? uow.getOriginalEntityData(entity) ?? {}) as EntityData);
    add(entity, { type, before });
  }
  // A unique value that two rows swap is written later, and has no change set yet.
  for (const [entity] of uow.getExtraUpdates()) add(entity, updateOf(entity));
  for (const collection of uow.getCollectionUpdates()) {
    const owner = collection.owner as object;
    if (collection.isDirty() && namesCollection(collection, audits)) add(owner, updateOf(owner), false);
  }
  return [...changed.values()].sort((one, other) => ORDER.indexOf(one.type) - ORDER.indexOf(other.type));
}

function namesCollection({ owner, property }: Collection<object>, audits: AuditedEntities): boolean {
  const meta = helper(owner as object).__meta as EntityMetadata;
  return audits.get(meta._id)?.fields.some(({ collection, name }) => collection !== undefined && name === property.name) ?? false;
}

const NO_STATES: ReadonlyMap<string, unknown> = new Map();

function statesBefore(entity: object, { fields, stateful }: AuditedEntity, type: ChangeSetType): ReadonlyMap<string, unknown> {
  if (!stateful) return NO_STATES;
  const before = new Map<string, unknown>();
  const deleted = type === ChangeSetType.DELETE || type === ChangeSetType.DELETE_EARLY;
  for (const field of fields) {
    if (field.assigned) before.set(field.name, type === ChangeSetType.CREATE ? null : assignedValue(entity, field));
    if (field.collection === undefined) continue;
    const collection = collectionOf(entity, field.name);
    if (type === ChangeSetType.CREATE) {
      if (collection !== undefined && collection.length > 0) before.set(field.name, null);
    } else if (deleted || collection?.isDirty() === true) {
      before.set(field.name, collection === undefined ? MISSING : keysBefore(collection));
    }
  }
  return before;
}
