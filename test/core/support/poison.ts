import { PassThrough, Readable } from 'node:stream';

const boom = (): never => {
  throw new Error('boom');
};

function thrown(value: unknown): never {
  // oxlint-disable-next-line only-throw-error -- code under audit may throw anything
  throw value;
}

/** Throws from every trap that there is. */
export function throwingProxy(target: object = {}): object {
  const traps = ['get', 'has', 'ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor', 'set', 'deleteProperty', 'defineProperty', 'isExtensible', 'preventExtensions', 'setPrototypeOf', 'apply', 'construct'];
  return new Proxy(target, Object.fromEntries(traps.map((trap) => [trap, boom])));
}

export function revokedProxy(target: object = {}): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function deep(levels: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 'bottom';
  for (let level = 0; level < levels; level++) value = wrap(value);
  return value;
}

function circle(): object {
  const one: Record<string, unknown> = { list: [] };
  one['self'] = one;
  (one['list'] as unknown[]).push(one, new Map([['one', one]]));
  return one;
}

function* numbers(): Generator<number> {
  for (let n = 0; ; n++) yield n;
}

class Private {
  readonly #hidden = 'hidden';
  get hidden(): string {
    return this.#hidden;
  }
}

/** Values that have broken audit logs, each with the text that must be seen of it in the record. */
export const poison: readonly (readonly [name: string, make: () => unknown, visible: string])[] = [
  ['a cycle', circle, '[Circular]'],
  ['a BigInt', () => 2n ** 70n, '[BigInt 1180591620717411303424]'],
  ['a BigInt of a million digits', () => 10n ** 1_000_000n, '[BigInt '],
  ['NUL', () => 'a\0b', '\u2400'],
  ['a terminal escape', () => '\u001b[2J\u009b2J\u007f', '\u241b[2J'],
  ['a lone surrogate', () => 'a\ud83db', '\ufffd'],
  ['a text of 20 MB', () => 'x'.repeat(20_000_000), '…[+19995904 characters]'],
  ['a text of 20 MB of secrets', () => 'token= '.repeat(3_000_000), '…[+'],
  ['a list of a million', () => Array.from({ length: 1_000_000 }, (_, n) => n), '[+999900 items]'],
  ['lists in lists', () => deep(6, (inner) => Array.from({ length: 100 }, () => inner)), '[+'],
  ['100,000 keys', () => Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`key${n}`, n])), '[more keys]'],
  ['long keys', () => Object.fromEntries(Array.from({ length: 99 }, (_, n) => [`${n}${'k'.repeat(200)}`, n])), '…[+'],
  ['a key of 10 MB', () => ({ ['k'.repeat(10_000_000)]: 1 }), 'characters]'],
  ['objects 100,000 deep', () => deep(100_000, (inner) => ({ inner })), '[too deep]'],
  ['lists 100,000 deep', () => deep(100_000, (inner) => [inner]), '[too deep]'],
  ['maps 100,000 deep', () => deep(100_000, (inner) => new Map([['inner', inner]])), '[too deep]'],
  ['many long texts', () => Array.from({ length: 100 }, () => '"\n'.repeat(2000)), '[+'],
  ['a throwing getter', () => Object.defineProperty({ ok: 1 }, 'bad', { enumerable: true, get: boom }), '[unreadable: Error]'],
  ['a getter that throws nothing', () => Object.defineProperty({}, 'bad', { enumerable: true, get: () => thrown(undefined) }), '[unreadable: undefined]'],
  ['a getter that throws a proxy', () => Object.defineProperty({}, 'bad', { enumerable: true, get: () => thrown(throwingProxy()) }), '[unreadable: Error]'],
  ['a proxy that throws from every trap', throwingProxy, '[unreadable: Error]'],
  ['a list proxy that throws from every trap', () => throwingProxy([1, 2]), '[unreadable: Error]'],
  ['a revoked proxy', revokedProxy, '[unreadable: TypeError]'],
  ['a revoked list proxy', () => revokedProxy([]), '[unreadable: TypeError]'],
  ['a proxy whose prototypes never end', () => { const one: object = new Proxy({}, { getPrototypeOf: () => one }); return one; }, ''],
  ['a list that lies about its length', () => new Proxy([1], { get: (target, key) => (key === 'length' ? Number.NaN : Reflect.get(target, key)) }), ''],
  ['__proto__ and constructor as keys', () => JSON.parse('{"__proto__": {"admin": true}, "constructor": 1, "toString": 2}'), '"__proto__":{"admin":true}'],
  ['an invalid date', () => new Date(Number.NaN), '[Invalid Date]'],
  ['a date', () => new Date(0), '1970-01-01T00:00:00.000Z'],
  ['infinity', () => Number.POSITIVE_INFINITY, '[Infinity]'],
  ['minus infinity', () => Number.NEGATIVE_INFINITY, '[-Infinity]'],
  ['NaN', () => Number.NaN, '[NaN]'],
  ['a Map', () => new Map<unknown, unknown>([['a', 1], [{ b: 1 }, 2]]), '"[Map]":[["a",1],[{"b":1},2]]'],
  ['a Map of a million', () => new Map(Array.from({ length: 1_000_000 }, (_, n) => [n, n])), '[+999900 items]'],
  ['a Set', () => new Set([1, 'b']), '"[Set]":[1,"b"]'],
  ['a WeakMap', () => new WeakMap(), '[WeakMap]'],
  ['a Buffer', () => Buffer.from('secret bytes'), '[Buffer 12 bytes]'],
  ['a typed array', () => new Float64Array(1_000_000), '[Float64Array 8000000 bytes]'],
  ['an ArrayBuffer', () => new ArrayBuffer(8), '[ArrayBuffer 8 bytes]'],
  ['a DataView', () => new DataView(new ArrayBuffer(8)), '[DataView 8 bytes]'],
  ['a File', () => new File(['12345'], 'report.pdf'), '[File report.pdf 5 bytes]'],
  ['a Blob', () => new Blob(['12345']), '[Blob 5 bytes]'],
  ['a FormData', () => { const form = new FormData(); form.set('a', 'b'); form.set('f', new File(['1'], 'x.txt')); return form; }, '"[FormData]":[["a","b"],["f","[File x.txt 1 bytes]"]]'],
  ['Headers', () => new Headers({ accept: 'json', cookie: 'a=b' }), '["cookie","***REDACTED***"]'],
  ['a URL with a token', () => new URL('https://app:pw@x.example/a?access_token=abc&page=2'), 'https://***REDACTED***@x.example/a?access_token=***REDACTED***&page=2'],
  ['URLSearchParams', () => new URLSearchParams('a=1&token=2'), '["token","***REDACTED***"]'],
  ['a web stream', () => new ReadableStream(), '[ReadableStream]'],
  ['a writable web stream', () => new WritableStream(), '[WritableStream]'],
  ['a node stream', () => new PassThrough(), '[PassThrough]'],
  ['a readable', () => Readable.from(['a']), '[Readable]'],
  ['a Request', () => new Request('https://x.example'), '[Request]'],
  ['a promise', () => Promise.resolve(1), '[Promise]'],
  ['a symbol', () => Symbol('why'), '[Symbol why]'],
  ['a function', () => boom, '[Function]'],
  ['a class', () => Private, '[Function]'],
  ['an instance with nothing to see', () => new Private(), '[Private]'],
  ['a toJSON that throws', () => ({ toJSON: boom }), '[unreadable: Error]'],
  ['a toJSON that returns itself', () => ({ toJSON() { return this; } }), '[Circular]'],
  ['a toJSON that returns another of its kind', () => { class Endless { toJSON() { return new Endless(); } } return new Endless(); }, '[too deep]'],
  ['a toJSON that returns a BigInt', () => ({ toJSON: () => 1n }), '[BigInt 1]'],
  ['a sparse list', () => { const list: unknown[] = []; list[4_000_000_000] = 1; return list; }, '[+3999999901 items]'],
  ['a boxed text', () => new String('boxed'), 'boxed'],
  ['a boxed number', () => new Number(7), '7'],
  ['a boxed BigInt', () => Object(7n), '[BigInt 7]'],
  ['a boxed symbol', () => Object(Symbol('why')), '[Symbol why]'],
  ['an Error with a cause', () => new TypeError('outer', { cause: new RangeError('inner') }), '"[Error]":"RangeError","message":"inner"'],
  ['an Error that is its own cause', () => { const error = new Error('round'); error.cause = error; return error; }, '[Circular]'],
  ['an Error whose message throws', () => Object.defineProperty(new Error('x'), 'message', { get: boom }), '[unreadable: Error]'],
  ['a generator', numbers, '[Object]'],
  ['a regular expression', () => /a+/g, '[RegExp a+]'],
  ['a null prototype', () => Object.assign(Object.create(null) as object, { a: 1 }), '"a":1'],
  ['a Proxy of a Date', () => new Proxy(new Date(0), {}), '[unreadable: TypeError]'],
  ['minus zero', () => -0, '0'],
];
