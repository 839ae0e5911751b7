import type { JsonObject } from '@deedlog/core';

type Args = readonly unknown[];

/** Where the arguments of a method stand, and which small facts are kept of it: numbers and flags, never content. */
export interface SftpMethod {
  /** Index of the remote path. Absent: it has none. */
  readonly remote?: number;
  /** Index of the remote path to which something is moved or copied. */
  readonly to?: number;
  /** Index of a local path. It is not stored, and taken out of errors: whoever mistakes it for the content passes that. */
  readonly local?: number;
  readonly asked?: (args: Args) => JsonObject | null;
  readonly answered?: (result: unknown, args: Args) => JsonObject | null;
  /** It returns a stream at once, and is over when that is. */
  readonly streams?: true;
}

/** The methods of `ssh2-sftp-client` 12 that speak to the server. */
const METHODS: Readonly<Record<string, SftpMethod>> = {
  connect: {},
  end: {},
  cwd: {},
  realPath: { remote: 0 },
  exists: { remote: 0, answered: (type) => ({ exists: type !== false }) },
  stat: { remote: 0, answered: sizeIn },
  lstat: { remote: 0, answered: sizeIn },
  list: { remote: 0, answered: (found) => (Array.isArray(found) ? { entries: found.length } : null) },
  get: { remote: 0, local: 1, answered: (result, args) => (args[1] === undefined ? bytesIn(result) : counted(args[1], 'bytesWritten')) },
  fastGet: { remote: 0, local: 1 },
  put: { local: 0, remote: 1, answered: (_result, args) => sentBytes(args[0]) },
  fastPut: { local: 0, remote: 1 },
  append: { remote: 1, answered: (_result, args) => sentBytes(args[0]) },
  mkdir: { remote: 0, asked: recursive },
  rmdir: { remote: 0, asked: recursive },
  delete: { remote: 0 },
  rename: { remote: 0, to: 1 },
  posixRename: { remote: 0, to: 1 },
  rcopy: { remote: 0, to: 1 },
  chmod: { remote: 0, asked: (args) => modeIn(args[1]) },
  uploadDir: { local: 0, remote: 1 },
  downloadDir: { remote: 0, local: 1 },
  createReadStream: { remote: 0, streams: true, answered: (stream) => counted(stream, 'bytesRead') },
  createWriteStream: { remote: 0, streams: true, answered: (stream) => counted(stream, 'bytesWritten') },
};

/** Undefined for what does not speak to the server. */
export function sftpMethod(name: PropertyKey): SftpMethod | undefined {
  return typeof name === 'string' && Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
}

function recursive(args: Args): JsonObject | null {
  return args[1] === true ? { recursive: true } : null;
}

function modeIn(mode: unknown): JsonObject | null {
  if (typeof mode === 'number') return { mode: mode.toString(8) };
  return typeof mode === 'string' && /^[0-7]{1,6}$/.test(mode) ? { mode } : null;
}

function sizeIn(stats: unknown): JsonObject | null {
  return bytes((stats as { readonly size?: unknown } | undefined)?.size);
}

function bytesIn(content: unknown): JsonObject | null {
  if (typeof content === 'string') return bytes(Buffer.byteLength(content));
  return content instanceof Uint8Array ? bytes(content.byteLength) : null;
}

/** A local path says nothing about how much was sent. */
function sentBytes(input: unknown): JsonObject | null {
  return typeof input === 'string' ? null : (bytesIn(input) ?? counted(input, 'bytesRead'));
}

/** Streams of files count what passes. */
function counted(stream: unknown, counter: 'bytesRead' | 'bytesWritten'): JsonObject | null {
  return bytes((stream as Readonly<Record<string, unknown>> | null | undefined)?.[counter]);
}

function bytes(count: unknown): JsonObject | null {
  return typeof count === 'number' ? { bytes: count } : null;
}
