import { readProperty } from './read-property.ts';

/** Most objects that are compared; two states that are larger and equal so far are taken for different. */
const MAX_OBJECTS = 100_000;

/** Longer lists are taken for different: an almost empty one may be of any length. */
const MAX_ITEMS = 2_000_000;

type Pair = readonly [unknown, unknown];

/**
 * Whether two values are equal by what they hold. Null and a missing property are alike, as they are in a record.
 * Never throws and always ends, also for cycles.
 */
export function sameValue(one: unknown, other: unknown): boolean {
  try {
    return compareAll([one, other]);
  } catch {
    return false;
  }
}

/** Works through a list and not by recursion: nesting may be deeper than the stack. */
function compareAll(first: Pair): boolean {
  const pending: Pair[] = [first];
  const seen = new Map<object, Set<object>>();
  for (let pair = pending.pop(), left = MAX_OBJECTS; pair !== undefined; pair = pending.pop()) {
    const [a, b] = pair;
    if (sameScalar(a, b)) continue;
    if (!isObject(a) || !isObject(b) || left-- === 0) return false;
    const partners = seen.get(a) ?? new Set();
    if (partners.has(b)) continue;
    seen.set(a, partners.add(b));
    const parts = partsOf(a, b);
    if (parts === undefined) return false;
    for (const [x, y] of parts) {
      if (sameScalar(x, y)) continue;
      if (!isObject(x) || !isObject(y)) return false;
      pending.push([x, y]);
    }
  }
  return true;
}

function sameScalar(a: unknown, b: unknown): boolean {
  return a === b || (a ?? null) === (b ?? null) || (Number.isNaN(a) && Number.isNaN(b));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** What has to be equal for `a` and `b` to be; undefined where they cannot be. */
function partsOf(a: object, b: object): Iterable<Pair> | undefined {
  const kind = kindOf(a);
  if (kind !== kindOf(b)) return undefined;
  switch (kind) {
    case 'Array':
      return (a as unknown[]).length === (b as unknown[]).length && (a as unknown[]).length <= MAX_ITEMS ? pairs(a as unknown[], b as unknown[]) : undefined;
    case 'Object':
      return [...new Set([...Object.keys(a), ...Object.keys(b)])].map((key) => [ownValue(a, key), ownValue(b, key)]);
    case 'Date':
      return [[(a as Date).getTime(), (b as Date).getTime()]];
    case 'Map':
      return (a as Map<unknown, unknown>).size === (b as Map<unknown, unknown>).size ? pairs([...(a as Map<unknown, unknown>)], [...(b as Map<unknown, unknown>)]) : undefined;
    case 'Set':
      return (a as Set<unknown>).size === (b as Set<unknown>).size ? setParts(a as Set<unknown>, b as Set<unknown>) : undefined;
    case 'ArrayBuffer':
      return sameBytes(new Uint8Array(a as ArrayBuffer), new Uint8Array(b as ArrayBuffer)) ? [] : undefined;
    case 'RegExp':
    case 'URL':
    case 'String':
    case 'Number':
    case 'Boolean':
    case 'BigInt':
      return [[textOf(a), textOf(b)]];
    default:
      return ArrayBuffer.isView(a) && ArrayBuffer.isView(b) && sameBytes(bytesOf(a), bytesOf(b)) ? [] : undefined;
  }
}

function textOf(value: { toString(): string }): string {
  return value.toString();
}

/** `Object` for plain objects and instances of classes, whose fields are compared; the platform's name for everything else. */
export function kindOf(value: object): string {
  return Array.isArray(value) ? 'Array' : Object.prototype.toString.call(value).slice('[object '.length, -1);
}

function ownValue(owner: object, key: string): unknown {
  return Object.hasOwn(owner, key) ? readProperty(owner, key) : undefined;
}

function* pairs(a: readonly unknown[], b: readonly unknown[]): Generator<Pair> {
  for (let index = 0; index < a.length; index++) yield [a[index], b[index]];
}

/** A set has no order; its objects, which have no equals by identity, are compared in the order of insertion. */
function setParts(a: ReadonlySet<unknown>, b: ReadonlySet<unknown>): Iterable<Pair> {
  return pairs([...a].filter((item) => !b.has(item)), [...b].filter((item) => !a.has(item)));
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
