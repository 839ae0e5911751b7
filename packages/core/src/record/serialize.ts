import { REDACTED, redactText } from './redact.ts';
import type { IsDenied } from './redact.ts';

/** What a record may hold: JSON that PostgreSQL's jsonb accepts. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Bounds of one serialised value; beyond each a visible marker stands. */
export const LIMITS = {
  /** Nesting levels. */
  depth: 8,
  /** Characters of one text. */
  text: 4096,
  /** Characters of a key name. */
  key: 128,
  /** Keys of one object, items of one array. */
  entries: 100,
  /** Values in all: the bound on time and memory, whatever the shape. */
  values: 2000,
  /** Characters in all texts together: a record stays far below 1 MB. */
  characters: 65_536,
} as const;

/** Text that any column takes: bounded, well-formed UTF-16 (no lone surrogate), NUL made visible as U+2400. */
export function safeText(text: string, limit: number = LIMITS.text): string {
  const kept = text.length > limit ? `${text.slice(0, limit)}…[+${text.length - limit} characters]` : text;
  const wellFormed = kept.isWellFormed() ? kept : kept.toWellFormed();
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '\u2400') : wellFormed;
}

/**
 * Any value as bounded JSON. Never throws and never runs long: cycles, deep or wide values, throwing getters, values
 * JSON lacks (BigInt, Map, Date, NaN, streams, …) become visible markers in brackets; values under denied keys are redacted.
 */
export function toJson(value: unknown, isDenied: IsDenied): Json {
  return new Serializer(isDenied).value(value, 0) ?? null;
}

/** {@link toJson} for a bag of named values. */
export function toJsonObject(bag: Readonly<Record<string, unknown>>, isDenied: IsDenied): JsonObject {
  const json = toJson(bag, isDenied);
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as JsonObject) : { '[value]': json };
}

class Serializer {
  readonly #isDenied: IsDenied;
  readonly #open = new Set<object>();
  #values = 0;
  #characters = 0;

  constructor(isDenied: IsDenied) {
    this.#isDenied = isDenied;
  }

  /** Undefined stands for "leave it out", as in JSON. */
  value(value: unknown, depth: number): Json | undefined {
    if (this.#values++ >= LIMITS.values) return '[too many values]';
    switch (typeof value) {
      case 'string':
        return this.#text(value);
      case 'number':
        return Number.isFinite(value) ? value : `[${value}]`;
      case 'boolean':
        return value;
      case 'bigint':
        return this.#text(`[BigInt ${value}]`);
      case 'symbol':
        return this.#text(`[Symbol ${value.description ?? ''}]`);
      case 'function':
        return '[Function]';
      case 'undefined':
        return undefined;
      case 'object':
        return value === null ? null : this.#guarded(value, depth);
    }
  }

  #text(text: string): string {
    const left = Math.max(0, LIMITS.characters - this.#characters);
    // Cut before the patterns run: they must never see a 20 MB text.
    const safe = redactText(safeText(text, Math.min(LIMITS.text, left)));
    this.#characters += safe.length;
    return safe;
  }

  #guarded(value: object, depth: number): Json | undefined {
    if (this.#open.has(value)) return '[Circular]';
    if (depth >= LIMITS.depth) return '[too deep]';
    this.#open.add(value);
    try {
      return this.#object(value, depth);
    } catch (error) {
      return `[unreadable: ${errorName(error)}]`;
    } finally {
      this.#open.delete(value);
    }
  }

  #object(value: object, depth: number): Json | undefined {
    if (Array.isArray(value)) return this.#array(value, value.length, depth);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) return this.#entries(value, depth);
    const marker = markerOf(value);
    if (marker !== undefined) return this.#text(marker);
    if (value instanceof Map) return { '[Map]': this.#array([...take(value.entries(), LIMITS.entries)], value.size, depth) };
    if (value instanceof Set) return { '[Set]': this.#array([...take(value.values(), LIMITS.entries)], value.size, depth) };
    if (value instanceof Error) return { '[Error]': this.#text(errorName(value)), message: this.#text(String(value.message)) };
    const { toJSON } = value as { toJSON?: unknown };
    return typeof toJSON === 'function' ? this.value(toJSON.call(value), depth + 1) : this.#entries(value, depth);
  }

  #array(items: readonly unknown[], length: number, depth: number): Json[] {
    // A pair is how headers, form fields and map entries travel: its first half names its second.
    if (items.length === 2 && typeof items[0] === 'string' && this.#isDenied(items[0])) return [safeText(items[0], LIMITS.key), REDACTED];
    const kept: Json[] = [];
    const count = Math.min(items.length, LIMITS.entries);
    for (let index = 0; index < count && this.#values < LIMITS.values; index++) {
      kept.push(this.value(readItem(items, index), depth + 1) ?? null);
    }
    if (length > kept.length) kept.push(`[+${length - kept.length} items]`);
    return kept;
  }

  #entries(value: object, depth: number): JsonObject {
    // A null prototype keeps a "__proto__" key an ordinary key.
    const kept = Object.create(null) as Record<string, Json>;
    let count = 0;
    for (const key of Object.keys(value)) {
      if (count++ === LIMITS.entries || this.#values >= LIMITS.values) {
        kept['[more keys]'] = Object.keys(value).length - count + 1;
        break;
      }
      const json = this.#property(value, key, depth);
      if (json !== undefined) kept[safeText(key, LIMITS.key)] = json;
    }
    return kept;
  }

  #property(owner: object, key: string, depth: number): Json | undefined {
    if (this.#isDenied(key)) return REDACTED;
    let value: unknown;
    try {
      value = (owner as Record<string, unknown>)[key];
    } catch (error) {
      return `[unreadable: ${errorName(error)}]`;
    }
    return this.value(value, depth + 1);
  }
}

/** Values of the platform that are named, not spelled out. */
function markerOf(value: object): string | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '[Invalid Date]' : value.toISOString();
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${tagOf(value)} ${value.byteLength} bytes]`;
  if (value instanceof Blob) {
    const { name } = value as Blob & { name?: unknown };
    return `[${tagOf(value)}${typeof name === 'string' ? ` ${safeText(name, LIMITS.key)}` : ''} ${value.size} bytes]`;
  }
  if (isStream(value) || value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet) return `[${tagOf(value)}]`;
  if (value instanceof RegExp) return `[RegExp ${String(value)}]`;
  return undefined;
}

function isStream(value: object): boolean {
  const { pipe, getReader, getWriter } = value as { pipe?: unknown; getReader?: unknown; getWriter?: unknown };
  return typeof pipe === 'function' || typeof getReader === 'function' || typeof getWriter === 'function' || Symbol.asyncIterator in value;
}

function tagOf(value: object): string {
  const name: unknown = value.constructor?.name;
  return typeof name === 'string' && name !== '' ? safeText(name, LIMITS.key) : 'Object';
}

function errorName(error: unknown): string {
  try {
    return error instanceof Error ? safeText(error.name, LIMITS.key) : typeof error;
  } catch {
    return 'Error';
  }
}

function readItem(items: readonly unknown[], index: number): unknown {
  try {
    return items[index];
  } catch (error) {
    return `[unreadable: ${errorName(error)}]`;
  }
}

function* take<Item>(items: Iterable<Item>, count: number): Generator<Item> {
  let taken = 0;
  for (const item of items) {
    if (taken++ === count) return;
    yield item;
  }
}
