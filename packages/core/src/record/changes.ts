import type { FieldTreatments } from './fields.ts';
import { REDACTED } from './redact.ts';
import type { IsDenied } from './redact.ts';
import { toJson } from './serialize.ts';
import type { Json } from './serialize.ts';

/** The old and the new value of one field; null stands for "was not there" as well as for null. */
export interface Change {
  readonly old: Json;
  readonly new: Json;
}

/** Changed fields by path: `status`, `address.city`, `items[id=3].quantity`. */
export type Changes = Readonly<Record<string, Change>>;

export interface CreateDiffOptions {
  /** Fields to leave out, by path, or by name at any depth: `['updatedAt', 'address.geo']`. */
  readonly exclude?: readonly string[];
  /** The property by which objects in a list are compared. Default `id`. */
  readonly identifyBy?: string;
}

type Side = { readonly value: unknown } | undefined;

interface Place {
  readonly path: string;
  readonly depth: number;
}

/** Longest path below which objects are compared part by part; deeper ones are compared as wholes. */
const MAX_DEPTH = 8;

/**
 * What changed between two plain states: only fields whose value really differs. Nested objects are compared by path,
 * lists of objects by their id (so that a moved element is no change), other lists as a whole. Pure; values are kept as given.
 */
export function createDiff(before: object | null | undefined, after: object | null | undefined, options: CreateDiffOptions = {}): Changes {
  const { exclude = [], identifyBy = 'id' } = options;
  const changes: Record<string, Change> = {};
  const excluded = new Set(exclude);
  compare({ path: '', depth: 0 }, asSide(before), asSide(after));
  return changes;

  function compare({ path, depth }: Place, old: Side, now: Side): void {
    if (path !== '' && isExcluded(path, excluded)) return;
    if (old !== undefined && now !== undefined && sameValue(old.value, now.value)) return;
    const [oldParts, newParts] = [partsOf(old, identifyBy), partsOf(now, identifyBy)];
    const comparable = depth < MAX_DEPTH && (depth === 0 || (oldParts !== undefined && newParts !== undefined));
    if (!comparable || !sameKind(oldParts, newParts)) {
      changes[path] = { old: (old?.value ?? null) as Json, new: (now?.value ?? null) as Json };
      return;
    }
    const names = new Set([...(oldParts?.parts.keys() ?? []), ...(newParts?.parts.keys() ?? [])]);
    for (const name of names) {
      compare({ path: joinPath(path, name), depth: depth + 1 }, oldParts?.parts.get(name), newParts?.parts.get(name));
    }
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

/** Changes as they are stored: bounded JSON, denied and `redact` fields marked, not spelled out. With `fields`, others are dropped. */
export function storedChanges(changes: Changes, isDenied: IsDenied, fields?: FieldTreatments): Changes | null {
  const stored: Record<string, Change> = {};
  for (const [path, change] of Object.entries(changes)) {
    const treatment = fields === undefined ? 'plain' : treatmentOf(path, fields);
    if (treatment === undefined) continue;
    const hidden = treatment === 'redact' || segmentsOf(path).some((segment) => isDenied(segment));
    stored[path] = hidden
      ? { old: change.old === null ? null : REDACTED, new: change.new === null ? null : REDACTED }
      : { old: toJson(change.old, isDenied), new: toJson(change.new, isDenied) };
  }
  return Object.keys(stored).length === 0 ? null : stored;
}

function treatmentOf(path: string, fields: FieldTreatments): FieldTreatments[string] | undefined {
  const segments = segmentsOf(path);
  for (let length = segments.length; length > 0; length--) {
    const treatment = fields[segments.slice(0, length).join('.')];
    if (treatment !== undefined) return treatment;
  }
  return undefined;
}

function segmentsOf(path: string): string[] {
  return path.replace(/\[[^\]]*\]/g, '').split('.');
}

interface Parts {
  readonly kind: 'object' | 'list';
  readonly parts: ReadonlyMap<string, Side>;
}

function asSide(value: unknown): Side {
  return value === undefined || value === null ? undefined : { value };
}

/** The named parts of a plain object or of a list whose elements all have an id; undefined for everything else. */
function partsOf(side: Side, identifyBy: string): Parts | undefined {
  const value = side?.value;
  if (Array.isArray(value)) return listParts(value, identifyBy);
  if (typeof value !== 'object' || value === null || value instanceof Date || ArrayBuffer.isView(value)) return undefined;
  const defined = Object.entries(value).filter(([, part]) => part !== undefined);
  return { kind: 'object', parts: new Map(defined.map(([name, part]: [string, unknown]) => [name, { value: part }])) };
}

function listParts(items: readonly unknown[], identifyBy: string): Parts | undefined {
  const parts = new Map<string, Side>();
  for (const item of items) {
    const id: unknown = typeof item === 'object' && item !== null ? (item as Record<string, unknown>)[identifyBy] : undefined;
    if (typeof id !== 'string' && typeof id !== 'number' && typeof id !== 'bigint') return undefined;
    const name = `[${identifyBy}=${id}]`;
    if (parts.has(name)) return undefined;
    parts.set(name, { value: item });
  }
  return { kind: 'list', parts };
}

function sameKind(a: Parts | undefined, b: Parts | undefined): boolean {
  return a === undefined || b === undefined || a.kind === b.kind || a.parts.size === 0 || b.parts.size === 0;
}

function joinPath(path: string, name: string): string {
  return path === '' || name.startsWith('[') ? `${path}${name}` : `${path}.${name}`;
}

function isExcluded(path: string, excluded: ReadonlySet<string>): boolean {
  const segments = segmentsOf(path);
  return excluded.has(segments.join('.')) || excluded.has(segments.at(-1) ?? '');
}

function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) return sameBytes(a, b);
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, index) => sameValue(item, b[index]));
  return false;
}

function sameBytes(a: ArrayBufferView, b: ArrayBufferView): boolean {
  if (a.byteLength !== b.byteLength) return false;
  const [left, right] = [new Uint8Array(a.buffer, a.byteOffset, a.byteLength), new Uint8Array(b.buffer, b.byteOffset, b.byteLength)];
  return left.every((byte, index) => byte === right[index]);
}
