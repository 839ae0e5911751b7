import { ReferenceKind } from '@mikro-orm/core';
import type { EntityMetadata, EntityProperty, Platform } from '@mikro-orm/core';
import type { EffectTreatment } from './auditable.ts';
import { isToMany } from './collection-states.ts';
import { MISSING } from './missing.ts';
import { propertyReader } from './read-property.ts';
import type { EntityData, PropertyReader } from './read-property.ts';

/** One named field of an audited entity. */
export interface AuditedField {
  readonly name: string;
  readonly treatment: EffectTreatment;
  /** A list of other entities; its state is that of a collection and not of the row. */
  readonly collection: 'ordered' | 'unordered' | undefined;
  /** The database assigns it, so that MikroORM keeps no snapshot of it: its state is that of the entity. */
  readonly assigned: boolean;
  readonly read: PropertyReader;
  /** Whether MikroORM itself sees no difference between two states of the row, and so wrote none. */
  readonly unchanged: ((one: EntityData, other: EntityData) => boolean) | undefined;
}

/** Undefined where the entity has no such field, or nothing is stored of it. */
export function auditedField(meta: EntityMetadata, path: string, options: { treatment: EffectTreatment; platform: Platform }): AuditedField | undefined {
  const [name = '', ...inner] = path.split('.');
  const prop = (meta.properties as Record<string, EntityProperty>)[name];
  if (prop === undefined || !isStored(prop)) return undefined;
  const read = propertyReader(prop, inner, options.platform);
  if (read === undefined) return undefined;
  const assigned = prop.version === true || prop.generated !== undefined;
  const collection = isToMany(prop) ? (prop.fixedOrder === true ? 'ordered' : 'unordered') : undefined;
  return { name: path, treatment: options.treatment, collection, assigned, read, unchanged: unchangedBy(prop) };
}

function isStored({ kind, owner, formula, persist }: EntityProperty): boolean {
  return formula === undefined && persist !== false && (kind !== ReferenceKind.ONE_TO_ONE || owner === true);
}

/** Types such as decimal say themselves what is equal: `1.1` and `1.10`. */
function unchangedBy({ name, customType }: EntityProperty): AuditedField['unchanged'] {
  const compare = customType?.compareValues?.bind(customType);
  if (compare === undefined) return undefined;
  return (one, other) => one[name] != null && other[name] != null && compare(one[name], other[name]);
}

/** The value that the database assigned, as the entity has it. */
export function assignedValue(entity: object, field: AuditedField): unknown {
  const value = (entity as Record<string, unknown>)[field.name];
  return value === undefined ? MISSING : value;
}
