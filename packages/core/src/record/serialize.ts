import { showPlatformValue } from './platform-values.ts';
import type { Shown } from './platform-values.ts';
import { classNameOf, methodOf, readProperty } from './read-property.ts';
import { REDACTED } from './redact.ts';
import type { IsDenied } from './redact.ts';
import { cleanText, bigintText, errorName, LIMITS } from './safe-text.ts';

/** What a record may hold: JSON that PostgreSQL's jsonb accepts. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/**
 * Any value as bounded JSON. Never throws and never runs long: cycles, deep or wide values, throwing getters, values
 * JSON lacks (BigInt, Map, Date, NaN, streams, …) become visible markers in brackets; values under denied keys are redacted.
 */
export function toJson(value: unknown, isDenied: IsDenied): Json {
  // One text has the whole budget, and most values of fields are one.
  if (typeof value === 'string') return cleanText(value);
  return new Serializer(isDenied).json(value);
}

/** {@link toJson} for a bag of named values. */
export function toJsonObject(bag: Readonly<Record<string, unknown>>, isDenied: IsDenied): JsonObject {
  const json = toJson(bag, isDenied);
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as JsonObject) : { '[value]': json };
}

/** What a number or a literal costs, in characters of JSON, at most. */
const SCALAR_COST = 20;
const ESCAPED = /["\\\n\r\t]/;

/** Turns values into JSON; all that one serialiser is given shares one budget. */
export class Serializer {
  readonly #isDenied: IsDenied;
  readonly #open = new Set<object>();
  #values = 0;
  #characters = 0;

  constructor(isDenied: IsDenied) {
    this.#isDenied = isDenied;
  }

  /** Whether the budget is used up: what comes now is left out. */
  get spent(): boolean {
    return this.#values >= LIMITS.values || this.#characters >= LIMITS.characters;
  }

  json(value: unknown): Json {
    return this.#value(value, 0) ?? null;
  }

  /** Undefined stands for "leave it out", as in JSON. */
  #value(value: unknown, depth: number): Json | undefined {
    if (this.spent) return '[too many values]';
    this.#values++;
    switch (typeof value) {
      case 'string':
        return this.text(value);
      case 'number':
        this.#characters += SCALAR_COST;
        // JSON has no minus zero, and jsonb keeps none.
        return Number.isFinite(value) ? value + 0 : `[${value}]`;
      case 'boolean':
        return value;
      case 'bigint':
        return this.text(`[BigInt ${bigintText(value)}]`);
      case 'symbol':
        return this.text(`[Symbol ${value.description ?? ''}]`);
      case 'function':
        return '[Function]';
      case 'undefined':
        return undefined;
      case 'object':
        return value === null ? null : this.#guarded(value, depth);
    }
  }

  /** A text as it is stored, within what is left of the budget. */
  text(text: string, limit: number = LIMITS.text): string {
    const left = Math.max(0, LIMITS.characters - this.#characters);
    const safe = cleanText(text, Math.min(limit, left));
    this.#characters += ESCAPED.test(safe) ? JSON.stringify(safe).length : safe.length + 2;
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
    const plain = prototype === Object.prototype || prototype === null;
    const shown = plain ? undefined : showPlatformValue(value);
    if (shown !== undefined) return this.#shown(shown, depth);
    if (!plain && value instanceof Error) return this.#error(value, depth);
    const toJSON = plain && !('toJSON' in value) ? undefined : methodOf(value, 'toJSON');
    if (toJSON !== undefined) return this.#value(toJSON.call(value), depth + 1);
    const keys = Object.keys(value);
    if (plain && isBufferJson(value, keys)) return this.text(`[Buffer ${value.data.length} bytes]`);
    return plain || keys.length > 0 ? this.#entries(value, keys, depth) : this.text(`[${classNameOf(value)}]`);
  }

  #shown(shown: Shown, depth: number): Json | undefined {
    if ('text' in shown) return this.text(shown.text);
    if ('value' in shown) return this.#value(shown.value, depth);
    const { tag, items, size } = shown;
    const kept = [...take(items, LIMITS.entries + 1)];
    return { [`[${tag}]`]: this.#array(kept, size ?? kept.length, depth) };
  }

  #error(error: Error, depth: number): Json {
    const name = this.text(errorName(error));
    const message = this.#value(readProperty(error, 'message'), depth + 1) ?? null;
    const cause = Object.hasOwn(error, 'cause') ? this.#value(readProperty(error, 'cause'), depth + 1) : undefined;
    return { '[Error]': name, message, ...(cause === undefined ? {} : { cause }) };
  }

  #array(items: readonly unknown[], length: number, depth: number): Json[] {
    const kept: Json[] = [];
    const count = Math.min(items.length, LIMITS.entries);
    for (let index = 0; index < count && !this.spent; index++) kept.push(this.#value(readProperty(items, index), depth + 1) ?? null);
    this.#hidePairs(kept);
    if (length > kept.length) kept.push(`[+${length - kept.length} items]`);
    return kept;
  }

  /** A pair is how headers, form fields and map entries travel: its first half names its second. Node's raw headers are one flat list of them. */
  #hidePairs(kept: Json[]): void {
    for (let index = 0; index + 1 < kept.length; index++) if (this.#isSecretFlag(kept[index])) kept[index + 1] = REDACTED;
    if (kept.length % 2 !== 0 || (kept.length > 2 && !kept.every((item) => typeof item === 'string'))) return;
    for (let index = 0; index < kept.length; index += 2) {
      const name = kept[index];
      if (typeof name === 'string' && this.#isDenied(name)) kept[index + 1] = REDACTED;
    }
  }

  /** `--password`, of a command's arguments. */
  #isSecretFlag(item: Json | undefined): boolean {
    return typeof item === 'string' && item.startsWith('--') && !item.includes('=') && this.#isDenied(item);
  }

  #entries(value: object, keys: readonly string[], depth: number): JsonObject {
    // A null prototype keeps a "__proto__" key an ordinary key.
    const kept = Object.create(null) as Record<string, Json>;
    let count = 0;
    for (const key of keys) {
      if (count === LIMITS.entries || this.spent) {
        kept['[more keys]'] = keys.length - count;
        break;
      }
      count++;
      const json = this.#isDenied(key) ? REDACTED : this.#value(readProperty(value, key), depth + 1);
      if (json !== undefined) kept[this.text(key, LIMITS.key)] = json;
    }
    this.#hideNamed(kept);
    hideBeside(kept);
    return kept;
  }

  /** `{ name: 'password', value: … }` is how form fields and HAR headers travel. */
  #hideNamed(kept: Record<string, Json>): void {
    if (!('value' in kept)) return;
    const name = kept['name'] ?? kept['key'] ?? kept['field'] ?? kept['header'];
    if (typeof name === 'string' && this.#isDenied(name)) kept['value'] = REDACTED;
  }
}

/** What `JSON.stringify` makes of a buffer. */
function isBufferJson(value: object, keys: readonly string[]): value is { readonly data: readonly unknown[] } {
  return keys.length === 2 && readProperty(value, 'type') === 'Buffer' && Array.isArray(readProperty(value, 'data'));
}

/** What a database is given beside its SQL, in the errors of drivers and ORMs. */
const BOUND = ['params', 'parameters', 'bindings'];

/** Secrets that no name tells, but what stands beside it: values of a statement, and Node's `user:password` of a request. */
function hideBeside(kept: Record<string, Json>): void {
  if (typeof kept['auth'] === 'string') kept['auth'] = REDACTED;
  if (typeof (kept['query'] ?? kept['sql']) !== 'string') return;
  for (const name of BOUND) if (Array.isArray(kept[name]) && kept[name].length > 0) kept[name] = REDACTED;
}

function* take<Item>(items: Iterable<Item>, count: number): Generator<Item> {
  let taken = 0;
  for (const item of items) {
    if (taken++ === count) return;
    yield item;
  }
}
