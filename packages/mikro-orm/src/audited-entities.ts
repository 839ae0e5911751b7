import type { EntityMetadata, MikroORM } from '@mikro-orm/core';
import { declaredAuditable } from './auditable.ts';
import type { Audited, EffectTreatment } from './auditable.ts';
import { auditedField } from './audited-field.ts';
import type { AuditedField } from './audited-field.ts';
import { mikroOrmError } from './errors.ts';

/** An entity of one orm that leaves effects. */
export interface AuditedEntity {
  readonly fields: readonly AuditedField[];
  /** The parts of its key, in their order. */
  readonly key: readonly AuditedField[];
  readonly label: Audited['label'];
  /** The model of activities that tell of its changes where no intent does. */
  readonly model: Audited['model'];
}

/** The audited entities of one orm by the id of their metadata, and through inheritance. */
export type AuditedEntities = ReadonlyMap<number, AuditedEntity>;

/** Throws `MIKRO_ORM_FIELD_UNKNOWN`, `MIKRO_ORM_HASH_KEY_MISSING`. */
export function auditedEntities(orm: MikroORM, hashKey: string | undefined): AuditedEntities {
  const metadata = orm.getMetadata();
  // MikroORM finds an entity also where it belongs to another orm alone.
  const known = new Set(metadata.getAll().values());
  const declared = new Map<number, Audited>();
  for (const audited of declaredAuditable()) {
    const meta = metadata.find(audited.entity);
    // An abstract entity belongs to no orm, but those that extend it do.
    if (meta === undefined || !(known.has(meta) || meta.abstract === true)) continue;
    if (meta.abstract !== true) for (const field of audited.fields.keys()) fieldOf(orm, meta, { path: field, treatment: 'plain' });
    declared.set(meta._id, audited);
  }
  const entities = new Map<number, AuditedEntity>();
  if (declared.size === 0) return entities;
  for (const meta of known) {
    const chain = ancestry(orm, meta).flatMap(({ _id }) => declared.get(_id) ?? []);
    if (chain.length > 0) entities.set(meta._id, merged(orm, meta, { chain, hashKey }));
  }
  return entities;
}

/** The entity itself, then what it extends. */
function ancestry(orm: MikroORM, meta: EntityMetadata): EntityMetadata[] {
  const chain: EntityMetadata[] = [];
  for (let current: EntityMetadata | undefined = meta; current !== undefined && !chain.includes(current); ) {
    chain.push(current);
    const base: unknown = current.extends ?? Object.getPrototypeOf(current.class);
    current = typeof base === 'function' || (typeof base === 'object' && base !== null) ? orm.getMetadata().find(base as never) : undefined;
  }
  return chain;
}

/** What the entity itself says of a field wins over what it inherits. */
function merged(orm: MikroORM, meta: EntityMetadata, options: { readonly chain: readonly Audited[]; readonly hashKey: string | undefined }): AuditedEntity {
  const { chain, hashKey } = options;
  const treatments = new Map<string, EffectTreatment>(chain.toReversed().flatMap(({ fields }) => [...fields]));
  const fields = [...treatments].map(([field, treatment]) => {
    if (treatment === 'hash' && !hashKey) throw mikroOrmError('MIKRO_ORM_HASH_KEY_MISSING', `${meta.className}.${field}`);
    return fieldOf(orm, meta, { path: field, treatment });
  });
  const key = meta.primaryKeys.map((path) => fieldOf(orm, meta, { path, treatment: 'plain' }));
  return { fields, key, label: chain.find(({ label }) => label !== undefined)?.label, model: chain.find(({ model }) => model !== undefined)?.model };
}

function fieldOf(orm: MikroORM, meta: EntityMetadata, { path, treatment }: { readonly path: string; readonly treatment: EffectTreatment }): AuditedField {
  const field = auditedField(meta, path, { treatment, platform: orm.driver.getPlatform() });
  if (field === undefined) throw mikroOrmError('MIKRO_ORM_FIELD_UNKNOWN', `${meta.className}.${path}`);
  return field;
}
