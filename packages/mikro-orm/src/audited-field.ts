import { IntervalType, isRaw, ReferenceKind } from '@mikro-orm/core';
import type { EntityMetadata, EntityProperty, Platform } from '@mikro-orm/core';
import type { EffectTreatment } from './auditable.ts';
import { isToMany } from './collection-states.ts';
import { storedKeyText } from './describe-target.ts';
import { MISSING } from './missing.ts';

/** A row as MikroORM keeps it: values in the form of the database, by property name. */
export type EntityData = Readonly<Record<string, unknown>>;

/** One named field of an audited entity. */
export interface AuditedField {
  readonly name: string;
  readonly treatment: EffectTreatment;
  /** A list of other entities; its state is that of a collection and not of the row. */
  readonly collection: 'ordered' | 'unordered' | undefined;
  /** The database assigns it, so that MikroORM keeps no snapshot of it: its state is that of the entity. */
  readonly assigned: boolean;
  /**
   * The value as the entity has it; relations as the text of their key; null where there is none. {@link MISSING} where it was not loaded,
   * the SQL itself where the database computed it and MikroORM did not read it back.
   */
  read(data: EntityData): unknown;
  /** Whether MikroORM itself sees no difference between two states of the row, and so wrote none. */
  readonly unchanged: ((one: EntityData, other: EntityData) => boolean) | undefined;
}

/** Undefined where the entity has no such field. */
export function auditedField(meta: EntityMetadata, path: string, options: { treatment: EffectTreatment; platform: Platform }): AuditedField | undefined {
  const [name = '', ...inner] = path.split('.');
  const prop = (meta.properties as Record<string, EntityProperty>)[name];
  if (prop === undefined) return undefined;
  const read = readerOf(prop, inner, options.platform);
  if (read === undefined) return undefined;
  const assigned = prop.version === true || prop.generated !== undefined;
  const collection = isToMany(prop) ? (prop.fixedOrder === true ? 'ordered' : 'unordered') : undefined;
  return { name: path, treatment: options.treatment, collection, assigned, read, unchanged: unchangedBy(prop) };
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

type Reader = AuditedField['read'];

function readerOf(prop: EntityProperty, inner: readonly string[], platform: Platform): Reader | undefined {
  if (inner.length === 0) return prop.kind === ReferenceKind.EMBEDDED ? embeddedReader(prop, platform) : columnReader(prop, platform);
  if (prop.kind !== ReferenceKind.EMBEDDED) return undefined;
  const [name = '', ...deeper] = inner;
  const part = (prop.embeddedProps as Record<string, EntityProperty>)[name];
  if (part === undefined) return undefined;
  if (prop.object !== true && prop.array !== true) return readerOf(part, deeper, platform);
  const whole = embeddedReader(prop, platform);
  return (data) => within(whole(data), inner);
}

function within(value: unknown, path: readonly string[]): unknown {
  const [name, ...deeper] = path;
  if (value === MISSING || name === undefined) return value;
  if (Array.isArray(value)) return value.map((item) => within(item, path));
  return typeof value === 'object' && value !== null ? within((value as Record<string, unknown>)[name] ?? null, deeper) : null;
}

function embeddedReader(prop: EntityProperty, platform: Platform): Reader {
  if (prop.object === true || prop.array === true) return (data) => readObject(data, prop);
  const parts = Object.entries(prop.embeddedProps as Record<string, EntityProperty>).map(([name, part]) => [name, readerOf(part, [], platform)] as const);
  return (data) => {
    const values = parts.map(([name, read]) => [name, read === undefined ? null : read(data)] as const);
    if (values.every(([, value]) => value === MISSING)) return MISSING;
    const known = values.filter(([, value]) => value !== null && value !== MISSING);
    return known.length === 0 ? null : Object.fromEntries(known);
  };
}

function readObject(data: EntityData, { name }: EntityProperty): unknown {
  if (!(name in data)) return MISSING;
  return parsed(data[name]) ?? null;
}

function columnReader(prop: EntityProperty, platform: Platform): Reader {
  const { name, customType, targetMeta } = prop;
  const isDate = prop.runtimeType === 'Date';
  return (data) => {
    if (!(name in data)) return MISSING;
    const value = data[name];
    if (value === undefined || value === null) return null;
    if (isRaw(value)) return value;
    if (targetMeta !== undefined) return storedKeyText(value);
    if (prop.type === 'json' || customType?.constructor.name === 'JsonType') return parsed(value);
    if (customType instanceof IntervalType) return intervalText(value, customType, platform);
    const own: unknown = customType === undefined ? value : customType.convertToJSValue(value, platform);
    if (typeof own === 'bigint') return String(own);
    return isDate && !(own instanceof Date) ? new Date(own as string) : own;
  };
}

/** How PostgreSQL writes an interval. What an application writes by other words, MikroORM would read wrongly. */
const WRITTEN_BY_POSTGRES = /^(?:-?\d+ (?:year|mon|day)s? ?)*(?:-?\d+:\d\d:\d\d(?:\.\d+)?)?$/;

/** Spelled as MikroORM spells it where it was read, else as the application did. */
function intervalText(value: unknown, type: IntervalType, platform: Platform): unknown {
  const read = typeof value === 'string' && WRITTEN_BY_POSTGRES.test(value);
  return read ? type.convertToDatabaseValue(type.convertToJSValue(value, platform), platform) : value;
}

/** JSON is text in a snapshot, except where a driver has parsed it. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
