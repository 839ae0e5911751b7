import { classNameOf, methodOf } from './read-property.ts';
import { bigintText, LIMITS, safeText } from './safe-text.ts';

/** How a value of the platform is shown: by a text, or by what it holds. */
export type Shown = { readonly text: string } | { readonly value: unknown } | { readonly tag: string; readonly items: Iterable<unknown>; readonly size?: number };

/** Tells how a value of the platform is shown that has no fields of its own to spell out; undefined for every other. May throw. */
export function showPlatformValue(value: object): Shown | undefined {
  if (value instanceof Date) return { text: Number.isNaN(Date.prototype.getTime.call(value)) ? '[Invalid Date]' : Date.prototype.toISOString.call(value) };
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return { text: `[${classNameOf(value)} ${value.byteLength} bytes]` };
  if (value instanceof Map) return { tag: 'Map', items: value.entries(), size: value.size };
  if (value instanceof Set) return { tag: 'Set', items: value.values(), size: value.size };
  return unboxed(value) ?? webValue(value) ?? (isOpaque(value) ? { text: `[${classNameOf(value)}]` } : undefined);
}

function unboxed(value: object): Shown | undefined {
  if (value instanceof String) return { value: String.prototype.valueOf.call(value) };
  if (value instanceof Number) return { value: Number.prototype.valueOf.call(value) };
  if (value instanceof Boolean) return { value: Boolean.prototype.valueOf.call(value) };
  if (value instanceof BigInt) return { text: `[BigInt ${bigintText(BigInt.prototype.valueOf.call(value))}]` };
  if (value instanceof Symbol) return { value: Symbol.prototype.valueOf.call(value) };
  if (value instanceof RegExp) return { text: `[RegExp ${value.source}]` };
  return undefined;
}

function webValue(value: object): Shown | undefined {
  if (value instanceof Blob) {
    const name = value instanceof File ? ` ${safeText(value.name, LIMITS.key)}` : '';
    return { text: `[${classNameOf(value)}${name} ${value.size} bytes]` };
  }
  if (value instanceof Headers) return { tag: 'Headers', items: value.entries() };
  if (value instanceof FormData) return { tag: 'FormData', items: value.entries() };
  if (value instanceof URLSearchParams) return { tag: 'URLSearchParams', items: value.entries(), size: value.size };
  return value instanceof URL ? { value: value.href } : undefined;
}

/** Streams, iterators, promises: to look into them would use them up. */
function isOpaque(value: object): boolean {
  if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet || value instanceof WeakRef) return true;
  return ['pipe', 'getReader', 'getWriter', 'next', Symbol.asyncIterator].some((name) => methodOf(value, name) !== undefined);
}
