/** A JSON Schema (2020-12), as OpenAPI 3.1 has it. */
export type Schema = Readonly<Record<string, unknown>>;

export const TEXT: Schema = { type: 'string' };
export const TEXT_OR_NULL: Schema = { type: ['string', 'null'] };
export const TIME: Schema = { type: 'string', format: 'date-time' };
export const FLAG: Schema = { type: 'boolean' };
export const COUNT: Schema = { type: 'integer', minimum: 0 };
/** Any JSON. */
export const ANY: Schema = {};
export const OBJECT: Schema = { type: 'object' };

export function listOf(items: Schema): Schema {
  return { type: 'array', items };
}

export function orNull(schema: Schema): Schema {
  return { anyOf: [schema, { type: 'null' }] };
}

export function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

/** An object that has these properties and no others; those of `optional` may be absent. */
export function shape(properties: Readonly<Record<string, Schema>>, { optional = [], ...facts }: { readonly optional?: readonly string[]; readonly description?: string } = {}): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', ...facts, properties, required, additionalProperties: false };
}

/** The same schema, with a word on what it means. */
export function described(schema: Schema, description: string): Schema {
  return { ...schema, description };
}
