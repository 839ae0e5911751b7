import { inspect } from 'node:util';
import { wrongHost } from './sftp-address.ts';

/** A line of a key that is long enough to be one. */
const MIN_KEY_LINE = 16;

/** Node quotes no more than this of an argument that it refuses, in characters. */
const MAX_QUOTED = 128;

const SECRET_OPTIONS = ['password', 'passphrase', 'privateKey', 'key', 'username', 'user', 'localUsername'] as const;

/** What of the options of `connect` must not be told, a list of ways to sign in included. */
export function secretsOfConnection(options: unknown): readonly string[] {
  if (typeof options !== 'object' || options === null) return [];
  const { authHandler } = options as { readonly authHandler?: unknown };
  const own = SECRET_OPTIONS.flatMap((name) => spellings((options as Readonly<Record<string, unknown>>)[name]));
  const ways = Array.isArray(authHandler) ? authHandler.flatMap(secretsOfConnection) : [];
  return [...own, ...ways, ...spellings(wrongHost(options))];
}

/** A local path, and how Node quotes it where it holds what no path can. */
export function secretsOfLocal(path: unknown): readonly string[] {
  return typeof path === 'string' ? [path, inspect(path).slice(0, MAX_QUOTED)] : [];
}

function spellings(secret: unknown): readonly string[] {
  const text = secret instanceof Uint8Array ? Buffer.from(secret).toString() : secret;
  if (typeof text !== 'string') return [];
  return [text, ...text.split(/\r?\n/).filter((line) => line.length >= MIN_KEY_LINE)];
}
