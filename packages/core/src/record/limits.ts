/** Bounds of one serialised value; beyond each a visible marker stands. */
export const LIMITS = {
  /** Nesting levels. */
  depth: 8,
  /** Characters of one text. */
  text: 4096,
  /** Characters of a key name. */
  key: 128,
  /** Characters of an action, a type, a tool, a role or a code. With {@link LIMITS.identity} it fits an index row of PostgreSQL. */
  name: 200,
  /** Characters of an id or a label. */
  identity: 500,
  /** Keys of one object, items of one array. */
  entries: 100,
  /** Values in all: the bound on time and memory, whatever the shape. */
  values: 2000,
  /** Characters of one bag (input, metadata, changes, message values) as JSON, about: a record stays below 300,000. */
  characters: 36_864,
} as const;
