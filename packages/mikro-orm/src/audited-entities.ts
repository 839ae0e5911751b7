import type { EntityMetadata, MetadataStorage, MikroORM } from '@mikro-orm/core';
import { declaredAuditable } from './auditable.ts';
import type { Audited, CaptureMode, EffectTreatment } from './auditable.ts';
import { auditedField } from './audited-field.ts';
import type { AuditedField } from './audited-field.ts';
import { mikroOrmError } from './errors.ts';

/** An entity of one orm that leaves effects. */
export interface AuditedEntity {
  readonly fields: readonly AuditedField[];
  /** Whether the state of a field is not in the row's snapshot: a collection, or what the database assigns. */
  readonly stateful: boolean;
  /** The parts of its key, in their order. */
  readonly key: readonly AuditedField[];
  readonly label: Audited['label'];
  readonly capture: CaptureMode;
  /** The model of activities that tell of its changes where no intent does. */
  readonly model: Audited['model'];
}

/** The audited entities of one orm by the id of their metadata, and through inheritance. */
export type AuditedEntities = ReadonlyMap<number, AuditedEntity>;

/** Throws `MIKRO_ORM_FIELD_UNKNOWN`, `MIKRO_ORM_HASH_KEY_MISSING`. */
export function auditedEntities(orm: MikroORM, hashKey: string | undefined): AuditedEntities {
  const chains = declaredChains(orm.getMetadata());
  for (const [meta, [own]] of chains) {
    if (orm.getMetadata().find(own.entity) !== meta) continue;
    for (const field of own.fields.keys()) fieldOf(orm, meta, { path: field, treatment: 'plain' });
  }
  return new Map([...chains].map(([meta, chain]) => [meta._id, merged(orm, meta, { chain, hashKey })]));
}

/** What was declared of an entity, then what of those that it extends. */
export type DeclaredChain = readonly [Audited, ...Audited[]];

/** The entities of one orm for which something was declared. */
export function declaredChains(metadata: MetadataStorage): ReadonlyMap<EntityMetadata, DeclaredChain> {
  // MikroORM finds an entity also where it belongs to another orm alone.
  const known = new Set(metadata.getAll().values());
  const declared = new Map<number, Audited>();
  for (const audited of declaredAuditable()) {
    const meta = metadata.find(audited.entity);
    // An abstract entity belongs to no orm, but those that extend it do.
    if (meta !== undefined && (known.has(meta) || meta.abstract === true)) declared.set(meta._id, audited);
  }
  const chains = new Map<EntityMetadata, DeclaredChain>();
  if (declared.size === 0) return chains;
  for (const meta of known) {
    const [own, ...others] = ancestry(metadata, meta).flatMap(({ _id }) => declared.get(_id) ?? []);
    if (own !== undefined) chains.set(meta, [own, ...others]);
  }
  return chains;
}

/** The entity itself, then what it extends. */
function ancestry(metadata: MetadataStorage, meta: EntityMetadata): EntityMetadata[] {
  const chain: EntityMetadata[] = [];
  for (let current: EntityMetadata | undefined = meta; current !== undefined && !chain.includes(current); ) {
    chain.push(current);
    const base: unknown = current.extends ?? Object.getPrototypeOf(current.class);
    current = typeof base === 'function' || (typeof base === 'object' && base !== null) ? metadata.find(base as never) : undefined;
  }
  return chain;
}

/** Whose eyes see the entity's changes: what it says itself wins over what it inherits. */
export function captureOf(chain: DeclaredChain): CaptureMode {
  return chain.find(({ how }) => how.capture !== undefined)?.how.capture ?? 'subscriber';
}

/** The entity itself wins over what it inherits. */
export function treatmentsOf(chain: DeclaredChain): ReadonlyMap<string, EffectTreatment> {
  return new Map(chain.toReversed().flatMap(({ fields }) => [...fields]));
}

/** What the entity itself says of a field wins over what it inherits. */
function merged(orm: MikroORM, meta: EntityMetadata, options: { readonly chain: DeclaredChain; readonly hashKey: string | undefined }): AuditedEntity {
  const { chain, hashKey } = options;
  const treatments = treatmentsOf(chain);
  const fields = [...treatments].map(([field, treatment]) => {
    if (treatment === 'hash' && !hashKey) throw mikroOrmError('MIKRO_ORM_HASH_KEY_MISSING', `${meta.className}.${field}`);
    return fieldOf(orm, meta, { path: field, treatment });
  });
  const key = meta.primaryKeys.map((path) => fieldOf(orm, meta, { path, treatment: 'plain' }));
  const label = chain.find((audited) => audited.label !== undefined)?.label;
  const model = chain.find((audited) => audited.model !== undefined)?.model;
  const stateful = fields.some(({ assigned, collection }) => assigned || collection !== undefined);
  return { fields, stateful, key, label, model, capture: captureOf(chain) };
}

function fieldOf(orm: MikroORM, meta: EntityMetadata, { path, treatment }: { readonly path: string; readonly treatment: EffectTreatment }): AuditedField {
  const field = auditedField(meta, path, { treatment, platform: orm.driver.getPlatform() });
  if (field === undefined) throw mikroOrmError('MIKRO_ORM_FIELD_UNKNOWN', `${meta.className}.${path}`);
  return field;
}
