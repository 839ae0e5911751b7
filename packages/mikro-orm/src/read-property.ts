import { IntervalType, isRaw, JsonType, PolymorphicRef, ReferenceKind } from '@mikro-orm/core';
import type { EntityProperty, Platform } from '@mikro-orm/core';
import { UNKNOWN } from '@deedlog/core';
import { storedKeyText } from './describe-target.ts';
import { MISSING } from './missing.ts';

/** A row as MikroORM keeps it: values in the form of the database, by property name. */
export type EntityData = Readonly<Record<string, unknown>>;

/**
 * The value as the entity has it; relations as the text of their key; null where there is none. The SQL itself where the database computed
 * it and MikroORM did not read it back. `absent` stands for what the row lacks.
 */
export type PropertyReader = (data: EntityData, absent: null | typeof MISSING) => unknown;

/** Undefined where the embedded object has no such part. `inner` leads into it. */
export function propertyReader(prop: EntityProperty, inner: readonly string[], platform: Platform): PropertyReader | undefined {
  if (prop.kind !== ReferenceKind.EMBEDDED) return inner.length === 0 ? columnReader(prop, platform) : undefined;
  if (inner.length === 0) return isObject(prop) ? columnReader(prop, platform) : inlineReader(prop, platform);
  const [name = '', ...deeper] = inner;
  const part = partsOf(prop)[name];
  if (part === undefined) return undefined;
  if (!isObject(prop)) return propertyReader(part, deeper, platform);
  const whole = columnReader(prop, platform);
  return (data, absent) => within(whole(data, absent), inner);
}

function partsOf(prop: EntityProperty): Readonly<Record<string, EntityProperty | undefined>> {
  return prop.embeddedProps as Record<string, EntityProperty>;
}

/** Whether an embedded object is one JSON value and not columns of its own. */
function isObject({ object, array }: EntityProperty): boolean {
  return object === true || array === true;
}

function within(value: unknown, path: readonly string[]): unknown {
  const [name, ...deeper] = path;
  if (value === MISSING || name === undefined) return value;
  if (Array.isArray(value)) return value.map((item) => within(item, path));
  return typeof value === 'object' && value !== null ? within((value as Record<string, unknown>)[name] ?? null, deeper) : null;
}

function inlineReader(prop: EntityProperty, platform: Platform): PropertyReader {
  const parts = Object.entries(partsOf(prop)).flatMap(([name, part]) => {
    const read = part === undefined ? undefined : propertyReader(part, [], platform);
    return read === undefined ? [] : [[name, read] as const];
  });
  return (data, absent) => {
    const values = parts.map(([name, read]) => [name, read(data, absent)] as const);
    if (values.every(([, value]) => value === MISSING)) return MISSING;
    const known = values.filter(([, value]) => value !== null);
    return known.length === 0 ? null : Object.fromEntries(known.map(([name, value]) => [name, value === MISSING ? UNKNOWN : value]));
  };
}

function columnReader(prop: EntityProperty, platform: Platform): PropertyReader {
  const { name } = prop;
  const convert = converter(prop, platform);
  return (data, absent) => (name in data ? convert(data[name]) : absent);
}

type Converter = (value: unknown) => unknown;

function converter(prop: EntityProperty, platform: Platform): Converter {
  const convert = conversionOf(prop, platform);
  return (value) => {
    if (value === undefined || value === null) return null;
    return isRaw(value) ? value : convert(value);
  };
}

function conversionOf(prop: EntityProperty, platform: Platform): Converter {
  const { customType, runtimeType } = prop;
  if (prop.kind === ReferenceKind.EMBEDDED) return objectConversion(prop, platform);
  if (prop.targetMeta !== undefined) return relationText;
  if (prop.type === 'json' || customType instanceof JsonType) return parsed;
  if (customType instanceof IntervalType) return (value) => intervalText(value, customType, platform);
  return (value) => {
    const own: unknown = customType === undefined ? value : customType.convertToJSValue(value, platform);
    if (typeof own === 'bigint') return String(own);
    return runtimeType === 'Date' && !(own instanceof Date) ? new Date(own as string) : own;
  };
}

function relationText(value: unknown): unknown {
  if (!(value instanceof PolymorphicRef)) return storedKeyText(value);
  return { type: value.discriminator, id: storedKeyText(value.id) };
}

/** In a JSON value the parts have the form of the database too. */
function objectConversion(prop: EntityProperty, platform: Platform): Converter {
  const parts = new Map<string, Converter>();
  const convert = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(convert);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, partConverter(name)(part)]));
  };
  const partConverter = (name: string): Converter => {
    const part = partsOf(prop)[name];
    if (part === undefined || part.customType instanceof JsonType) return (value) => value;
    const known = parts.get(name) ?? converter(part, platform);
    parts.set(name, known);
    return known;
  };
  return (value) => convert(parsed(value));
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
