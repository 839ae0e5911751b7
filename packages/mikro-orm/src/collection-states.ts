import { UNKNOWN } from '@deedlog/core';
import { Reference, ReferenceKind, Utils } from '@mikro-orm/core';
import type { Collection, EntityProperty } from '@mikro-orm/core';
import { MISSING } from './missing.ts';
import { storedKeyText } from './describe-target.ts';

/** Whether a property is a list of other entities: 1:n or m:n, of either side. */
export function isToMany({ kind }: EntityProperty): boolean {
  return kind === ReferenceKind.MANY_TO_MANY || kind === ReferenceKind.ONE_TO_MANY;
}

export function collectionOf(entity: object, name: string): Collection<object> | undefined {
  const value = (entity as Record<string, unknown>)[name];
  return Utils.isCollection(value) ? (value as Collection<object>) : undefined;
}

/**
 * The keys in a collection as it was read; `UNKNOWN` stands first for those that were not. {@link MISSING} where nothing of it is known.
 * MikroORM does not tell that an m:n collection was read by a `where` alone: that one counts as whole.
 */
export function keysBefore(collection: Collection<object>): readonly string[] | typeof MISSING {
  const snapshot = collection.getSnapshot();
  if (snapshot === undefined || (snapshot.length === 0 && !collection.isInitialized() && !collection.isDirty())) return MISSING;
  return keysOf(snapshot, isWhole(collection));
}

/** The keys in it now. One that was replaced unread is known from then on. */
export function keysNow(collection: Collection<object>): readonly string[] {
  return keysOf(collection.getItems(false), isWhole(collection));
}

/** Two states of a collection; their order tells only where it is stored. */
export function sameKeys(one: unknown, other: unknown, ordered: boolean): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) return one === other;
  const keys = new Set<unknown>(other);
  return one.length === other.length && one.every((key, place) => (ordered ? key === other[place] : keys.has(key)));
}

function isWhole(collection: Collection<object>): boolean {
  return collection.isInitialized() && !collection.isPartial();
}

function keysOf(items: readonly object[], whole: boolean): string[] {
  const keys = items.map((item) => storedKeyText(Reference.unwrapReference(item as never)));
  return whole ? keys : [UNKNOWN, ...keys];
}
