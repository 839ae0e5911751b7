import { joinId, joinName, namesOf } from './path.ts';
import { readProperty } from './read-property.ts';
import { kindOf, sameValue } from './same-value.ts';
import type { Json } from './serialize.ts';

/** The old and the new value of one field; null stands for "was not there" as well as for null. */
export interface Change {
  readonly old: Json;
  readonly new: Json;
}

/**
 * Changed fields by path: `status`, `address.city`, `items[id=3].quantity`. A name or id with a dot, bracket or quote in it is
 * quoted as JSON: `meta["a.b"]`.
 */
export type Changes = Readonly<Record<string, Change>>;

export interface CreateDiffOptions {
  /** Fields to leave out, by path, or by name at any depth: `['updatedAt', 'address.geo']`. */
  readonly exclude?: readonly string[];
  /** The property by which objects in a list are compared. Default `id`. */
  readonly identifyBy?: string;
}

/** Levels below which objects are compared as wholes. */
const MAX_DEPTH = 8;
/** Most parts that are looked at one by one; beyond, objects are compared as wholes. Bounds what shared parts can multiply to. */
const MAX_PARTS = 200_000;

interface Place {
  readonly path: string;
  readonly depth: number;
}

/**
 * What changed between two plain states: only fields whose value really differs. Nested objects are compared by path,
 * lists of objects by their id (so that a moved element is no change), other lists as a whole. Pure; values are kept as given.
 * Never throws; a property that cannot be read counts as a marker text.
 */
export function createDiff(before: object | null | undefined, after: object | null | undefined, options: CreateDiffOptions = {}): Changes {
  const { exclude = [], identifyBy = 'id' } = options;
  const excluded = new Set(exclude);
  const found: [path: string, change: Change][] = [];
  let left = MAX_PARTS;
  compare({ path: '', depth: 0 }, before, after);
  // Built at once: a "__proto__" path is an ordinary one.
  return Object.fromEntries(found);

  function compare({ path, depth }: Place, old: unknown, now: unknown): void {
    if (path !== '' && isExcluded(path, excluded)) return;
    if (sameValue(old, now)) return;
    const parts = depth < MAX_DEPTH ? commonParts({ path, isRoot: depth === 0, identifyBy }, old, now) : undefined;
    left -= parts?.size ?? 0;
    if (parts === undefined || left < 0) {
      found.push([path, { old: (old ?? null) as Json, new: (now ?? null) as Json }]);
      return;
    }
    for (const [partPath, [oldPart, newPart]] of parts) compare({ path: partPath, depth: depth + 1 }, oldPart, newPart);
  }
}

/** {@link Changes} in the two-column shape `{ old_value: {…}, new_value: {…} }`. */
export function toValueShape(changes: Changes): { readonly old_value: Readonly<Record<string, Json>>; readonly new_value: Readonly<Record<string, Json>> } {
  const entries = Object.entries(changes);
  return {
    old_value: Object.fromEntries(entries.map(([path, change]) => [path, change.old])),
    new_value: Object.fromEntries(entries.map(([path, change]) => [path, change.new])),
  };
}

interface Splitting {
  readonly path: string;
  readonly isRoot: boolean;
  readonly identifyBy: string;
}

type Parts = ReadonlyMap<string, unknown>;

/** The parts of both sides by path; undefined where the two can only be compared as wholes. */
function commonParts(splitting: Splitting, old: unknown, now: unknown): ReadonlyMap<string, readonly [unknown, unknown]> | undefined {
  const nothing = splitting.isRoot ? (Array.isArray(old ?? now) ? [] : {}) : undefined;
  const [oldParts, newParts] = [partsOf(old ?? nothing, splitting), partsOf(now ?? nothing, splitting)];
  if (oldParts === undefined || newParts === undefined || oldParts.kind !== newParts.kind) return undefined;
  const paths = new Set([...oldParts.parts.keys(), ...newParts.parts.keys()]);
  return new Map([...paths].map((path) => [path, [oldParts.parts.get(path), newParts.parts.get(path)]]));
}

/** The named parts of a plain object or of a list whose elements all have an id; undefined for everything else. Never throws. */
function partsOf(value: unknown, { path, identifyBy }: Splitting): { readonly kind: string; readonly parts: Parts } | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    const kind = kindOf(value);
    if (kind !== 'Array' && kind !== 'Object') return undefined;
    const parts = Array.isArray(value)
      ? listParts(value, path, identifyBy)
      : new Map(Object.keys(value).map((name) => [joinName(path, name), readProperty(value, name)]));
    return parts && { kind, parts };
  } catch {
    return undefined;
  }
}

function listParts(items: readonly unknown[], path: string, identifyBy: string): Parts | undefined {
  const parts = new Map<string, unknown>();
  for (const item of items) {
    const id = typeof item === 'object' && item !== null ? readProperty(item, identifyBy) : undefined;
    if (typeof id !== 'string' && typeof id !== 'number' && typeof id !== 'bigint') return undefined;
    const part = joinId(path, identifyBy, String(id));
    if (parts.has(part)) return undefined;
    parts.set(part, item);
  }
  return parts;
}

function isExcluded(path: string, excluded: ReadonlySet<string>): boolean {
  if (excluded.size === 0) return false;
  const names = namesOf(path);
  return excluded.has(names.join('.')) || excluded.has(names.at(-1) ?? '');
}
