import type { ModelColumn, ModelColumnType } from '@deedlog/core';
import { invalidModel } from './invalid-model.ts';

/** What a builder of `p` collects, as far as a column of the log can have it. */
interface BuilderOptions {
  readonly type?: unknown;
  readonly enum?: boolean;
  readonly items?: unknown;
  readonly nullable?: boolean;
  readonly index?: boolean | string;
  readonly fieldName?: string;
}

/** By MikroORM's type class. Dates without a time and times without a date are left out: a Date says neither. */
const TYPES: Readonly<Record<string, ModelColumnType>> = {
  StringType: 'text',
  TextType: 'text',
  UuidType: 'uuid',
  IntegerType: 'integer',
  SmallIntType: 'integer',
  BigIntType: 'bigint',
  DecimalType: 'numeric',
  DoubleType: 'double precision',
  FloatType: 'double precision',
  BooleanType: 'boolean',
  DateTimeType: 'timestamp with time zone',
  JsonType: 'jsonb',
};

/** What only changes how a value is read, or bounds what the types already bound. */
const KNOWN = new Set(['type', 'enum', 'items', 'nullable', 'strictNullable', 'index', 'fieldName', 'length', 'precision', 'scale', 'comment']);

/** The own columns behind the properties of a model. Throws `MODEL_INVALID`. */
export function modelColumns(model: string, properties: Readonly<Record<string, object>>): Readonly<Record<string, ModelColumn>> {
  return Object.fromEntries(Object.entries(properties).map(([name, builder]) => [name, columnOf(`${model}.${name}`, name, builder)]));
}

function columnOf(path: string, name: string, builder: object): ModelColumn {
  const { '~options': options } = builder as { readonly '~options'?: BuilderOptions };
  if (options === undefined) throw invalidModel(`${path} is no builder of p`);
  const strange = Object.entries(options).find(([option, value]) => value !== undefined && !KNOWN.has(option));
  if (strange !== undefined) throw invalidModel(`${path} has "${strange[0]}"`);
  const items = options.enum === true ? itemsOf(path, options.items) : undefined;
  const type = items === undefined ? TYPES[typeName(options.type)] : typeOfItems(items);
  if (type === undefined) throw invalidModel(`${path} has a type that is not supported`);
  const { nullable = false, index = false, fieldName = underscored(name) } = options;
  return { column: fieldName, type, nullable, indexed: index !== false, ...(items === undefined ? {} : { items }) };
}

function typeName(type: unknown): string {
  if (typeof type === 'function') return type.name;
  return typeof type === 'object' && type !== null ? type.constructor.name : String(type);
}

function itemsOf(path: string, given: unknown): readonly (string | number)[] {
  const found: unknown = typeof given === 'function' ? given() : given;
  const items: unknown[] = Array.isArray(found) ? found : Object.values((found ?? {}) as object);
  const usable = items.filter((item) => typeof item === 'string' || typeof item === 'number');
  if (usable.length === 0 || usable.length < items.length) throw invalidModel(`${path} has no items`);
  return usable;
}

function typeOfItems(items: readonly (string | number)[]): ModelColumnType | undefined {
  if (items.every((item) => typeof item === 'string')) return 'text';
  return items.every((item) => Number.isInteger(item)) ? 'integer' : undefined;
}

/** As MikroORM's default naming strategy writes it. */
function underscored(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}
