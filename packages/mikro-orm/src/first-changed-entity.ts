import { ChangeSetType } from '@mikro-orm/core';
import type { ChangeSet, UnitOfWork } from '@mikro-orm/core';

/** The first entity that a flush creates, updates or deletes; embedded objects and pivot tables are no entities of their own. */
export function firstChangedEntity(uow: UnitOfWork): object | undefined {
  return uow.getChangeSets().find(isOwnEntity)?.entity;
}

function isOwnEntity({ type, meta }: ChangeSet<object>): boolean {
  if (meta.pivotTable === true || meta.embeddable === true) return false;
  switch (type) {
    case ChangeSetType.CREATE:
    case ChangeSetType.UPDATE:
    case ChangeSetType.UPDATE_EARLY:
    case ChangeSetType.DELETE:
    case ChangeSetType.DELETE_EARLY:
      return true;
  }
}
