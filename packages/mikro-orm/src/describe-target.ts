import { EntityIdentifier, helper, Reference, Utils } from '@mikro-orm/core';
import type { EntityMetadata, MikroORM } from '@mikro-orm/core';
import type { Target, TargetDescriber } from '@deedlog/core';
import { mikroOrmError } from './errors.ts';

/** How people read an entity, by entity name: `{ Patient: (patient: Patient) => patient.fileNumber }`. Called when the record is written. */
export type TargetLabels = Readonly<Record<string, (entity: never) => string | undefined>>;

/**
 * Describes entities of this orm: `type` is the entity's name, `id` its primary key. The parts of a composite key stand in the
 * order of its definition, each URI-encoded, joined by `:`. Throws `MIKRO_ORM_MODEL_UNKNOWN` for a label of no entity.
 */
export function targetDescriber(orm: MikroORM, labels: TargetLabels, own?: (meta: EntityMetadata) => TargetLabels[string] | undefined): TargetDescriber {
  const known = new Set([...orm.getMetadata().getAll().values()].map(({ className }) => className));
  for (const name of Object.keys(labels)) {
    if (!known.has(name)) throw mikroOrmError('MIKRO_ORM_MODEL_UNKNOWN', `"${name}"`);
  }
  return (candidate) => {
    const entity = Reference.unwrapReference(candidate);
    if (!Utils.isEntity(entity)) return undefined;
    const meta = metadataOf(entity);
    const { className: type, primaryKeys } = meta;
    const label = labels[type] ?? own?.(meta);
    return withLabel({ type, id: targetId(entity, primaryKeys) }, label?.(entity as never));
  };
}

function withLabel(target: Target, label: string | undefined): Target {
  return label === undefined ? target : { ...target, label };
}

/** Empty where a key is still to be assigned; deedlog says `TARGET_INVALID` then. */
export function targetId(entity: object, primaryKeys: readonly string[]): string {
  return keyOfParts(primaryKeys.map((key) => (entity as Record<string, unknown>)[key]));
}

/** The text of a key from its parts, as an entity or a snapshot of one has them. */
export function keyOfParts(parts: readonly unknown[]): string {
  const [only] = parts;
  return parts.length === 1 ? storedKeyText(only) : parts.map((part) => encodeURIComponent(storedKeyText(part))).join(':');
}

/** The text of a key as an entity, or a snapshot of one, has it: the same as a target's id. */
export function storedKeyText(key: unknown): string {
  if (!Array.isArray(key)) return keyText(key instanceof EntityIdentifier ? key.getValue() : key);
  return keyOfParts(key);
}

function keyText(value: unknown): string {
  const key: unknown = typeof value === 'object' && value !== null ? Reference.unwrapReference(value) : value;
  if (key === undefined || key === null) return '';
  if (key instanceof Date) return key.toISOString();
  if (Utils.isEntity(key)) return targetId(key, metadataOf(key).primaryKeys);
  return String(key);
}

function metadataOf(entity: object): EntityMetadata {
  return helper(entity).__meta as EntityMetadata;
}
