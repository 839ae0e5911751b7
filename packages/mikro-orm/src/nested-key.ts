import type { EntityMetadata, EntityProperty } from '@mikro-orm/core';

/**
 * Whether a part of the key has parts itself, as a relation to an entity with a composite key has. A target's id then nests one key in
 * another, which columns do not tell.
 */
export function hasNestedKey(meta: EntityMetadata): boolean {
  const properties = meta.properties as Record<string, EntityProperty>;
  const parts = meta.primaryKeys.flatMap((name) => properties[name] ?? []);
  return parts.some((part) => (part.targetMeta !== undefined && hasNestedKey(part.targetMeta)) || (parts.length > 1 && (part.fieldNames?.length ?? 1) > 1));
}
