import type { Treatment } from '@deedlog/core';
import type { EntityKey, EntityName } from '@mikro-orm/core';

/**
 * What the log keeps of a field: `plain` its values, `redact` that it changed, `hash` a keyed hash of its values, by which equal
 * values can be found and none be read (needs `hashKey` of `mikroOrmStore`).
 */
export type EffectTreatment = Treatment | 'hash';

type PathOf<Name extends string, Value> = Value extends object ? `${Name}.${Extract<keyof Value, string>}` : never;

/** The properties of an entity, and those of its embedded objects: `address.city`. */
export type AuditableField<Entity> = { [Name in EntityKey<Entity>]: Name | PathOf<Name, NonNullable<Entity[Name]>> }[EntityKey<Entity>];

/**
 * Who sees the changes of an entity. `subscriber`: MikroORM's flushes, nothing else. `trigger`: PostgreSQL itself, whatever writes; the
 * triggers are installed by migrations or `auditTriggers`. `none`: nobody.
 */
export type CaptureMode = 'subscriber' | 'trigger' | 'none';

export interface AuditableCapture {
  /** Default `subscriber`. */
  readonly capture?: CaptureMode;
  /** Of triggers: `old` stores what a row was before an update, and not what it became. Default `both`. */
  readonly storage?: 'both' | 'old';
  /** Of triggers: `required` refuses a write that no activity causes. Default `optional`. */
  readonly context?: 'optional' | 'required';
}

interface AuditableOptions<Entity> extends AuditableCapture {
  /** How people read the entity. Default: the store's `label` option. */
  readonly label?: ((entity: Entity) => string | undefined) | undefined;
  /**
   * The kind of activity that tells of a change which nobody declared, one of the models of `createDeedlog`. If it has columns that are not
   * nullable, it needs a `fill`: nobody is there to give them. Default `default`.
   */
  readonly model?: string | undefined;
}

export interface AuditableFields<Entity> extends AuditableOptions<Entity> {
  /** Unnamed fields leave no trace, of neither value nor name. */
  readonly fields: { readonly [Field in AuditableField<Entity>]?: EffectTreatment };
}

/** The short form: tracked fields are kept plain, those of them that are sensitive redacted. */
export interface AuditableTracked<Entity> extends AuditableOptions<Entity> {
  readonly trackFields: readonly AuditableField<Entity>[];
  /** A sensitive field that is not tracked is tracked by this. */
  readonly sensitiveFields?: readonly AuditableField<Entity>[];
}

/** What was declared of an entity, in the one form that deedlog works with. */
export interface Audited {
  readonly entity: EntityName;
  readonly fields: ReadonlyMap<string, EffectTreatment>;
  readonly label: ((entity: never) => string | undefined) | undefined;
  readonly how: AuditableCapture;
  readonly model: string | undefined;
}

const declared = new Map<EntityName, Audited>();

/**
 * Opts an entity into effects: each row of it that MikroORM creates, updates or deletes in a flush leaves one (by triggers: each that
 * anybody does), with old and new values of the named fields. An update of unnamed fields alone leaves an effect without changes: that the row changed is no secret, what changed in
 * it is. Classes that extend the entity inherit the declaration. Declare it beside the entity, once; again replaces it. Field names
 * are checked against the orm by `createDeedlog` (`MIKRO_ORM_FIELD_UNKNOWN`, `MIKRO_ORM_FIELD_NO_COLUMN`), and so is the model (`MODEL_UNKNOWN`,
 * `MODEL_COLUMN_MISSING`). Returns the entity.
 */
export function auditable<Entity extends object, Name extends EntityName<Entity>>(
  entity: Name & EntityName<Entity>,
  options: AuditableFields<Entity> | AuditableTracked<Entity>,
): Name {
  const { label, model } = options;
  const audited: Audited = { entity: entity as EntityName, fields: treatmentsOf(options), label, model, how: howOf(options) };
  declared.set(audited.entity, audited);
  return entity;
}

/** Everything that was declared in this process, for whatever orm. */
export function declaredAuditable(): Iterable<Audited> {
  return declared.values();
}

function howOf({ capture, storage, context }: AuditableCapture): AuditableCapture {
  const given = Object.entries({ capture, storage, context }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as AuditableCapture;
}

function treatmentsOf<Entity>(options: AuditableFields<Entity> | AuditableTracked<Entity>): ReadonlyMap<string, EffectTreatment> {
  if ('fields' in options) return new Map(Object.entries(options.fields) as [string, EffectTreatment][]);
  const plain = options.trackFields.map((field) => [field, 'plain'] as const);
  const redacted = (options.sensitiveFields ?? []).map((field) => [field, 'redact'] as const);
  return new Map<string, EffectTreatment>([...plain, ...redacted]);
}
