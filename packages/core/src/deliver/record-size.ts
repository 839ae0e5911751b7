/** What a value counts beside the characters of its text: name, slot and header. */
const VALUE = 16;

/** Deeper levels count as one value; records are bounded to fewer, and a walk must never overflow the stack. */
const MAX_DEPTH = 32;

/**
 * About how many characters a record holds: those of its texts, and 16 for each value. A walk over it, because its length as JSON
 * would cost more than the rest of the queue.
 */
export function recordSize(value: unknown, depth: number = 0): number {
  if (typeof value === 'string') return VALUE + value.length;
  if (typeof value !== 'object' || value === null || depth === MAX_DEPTH) return VALUE;
  let size = VALUE;
  if (Array.isArray(value)) for (const item of value) size += recordSize(item, depth + 1);
  else for (const key in value) size += recordSize((value as Readonly<Record<string, unknown>>)[key], depth + 1);
  return size;
}
