import { createHash, generateKeyPairSync, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { chmod, lstat, mkdir, mkdtemp, open, readdir, realpath, rename, rm, rmdir, stat, truncate, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import ssh2 from 'ssh2';
import type { Attributes, AuthContext, Connection, FileEntry, SFTPWrapper } from 'ssh2';

const { OPEN_MODE, STATUS_CODE } = ssh2.utils.sftp;

export interface SftpServerOptions {
  readonly username?: string;
  readonly password?: string;
  /** In OpenSSH's format. Absent: nobody signs in by key. */
  readonly publicKey?: string | undefined;
}

export interface SftpServer extends AsyncDisposable {
  readonly port: number;
  /** What `connect` of a client takes. */
  readonly login: { readonly host: string; readonly port: number; readonly username: string; readonly password: string };
  /** The local directory that the clients see as `/`. */
  readonly root: string;
  /** Bytes that clients have written. */
  readonly received: number;
  /** Cuts every connection, as a network does. */
  cut(): void;
}

/**
 * A real SFTP server (SSH, SFTP version 3) on the loopback, with a directory of its own for files. Below `/denied` nothing is allowed.
 * A path that is relative begins at `/`. It has no extensions, so that `posixRename` fails.
 */
export async function sftpServer({ username = 'sftp-user', password = 'sftp-password', publicKey }: SftpServerOptions = {}): Promise<SftpServer> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'deedlog-sftp-')));
  const connections = new Set<Connection>();
  const meter = { received: 0 };
  const server = new ssh2.Server({ hostKeys: [hostKey()] }, (connection) => {
    connections.add(connection);
    // Without it each answer waits 40 milliseconds for the acknowledgement of the one before.
    const { setNoDelay } = connection as unknown as { setNoDelay(on: boolean): void };
    Reflect.apply(setNoDelay, connection, [true]);
    connection.on('close', () => connections.delete(connection));
    connection.on('error', () => undefined);
    connection.on('authentication', (context) => (signsIn(context, { username, password, publicKey }) ? context.accept() : context.reject(['password', 'publickey'])));
    connection.on('session', (acceptSession) => acceptSession().on('sftp', (accept) => serveFiles(accept(), root, meter)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const cut = (): void => {
    // The socket is no part of ssh2's types.
    for (const connection of connections) (connection as unknown as { _sock: { destroy(): void } })._sock.destroy();
  };
  return {
    port,
    root,
    cut,
    login: { host: '127.0.0.1', port, username, password },
    get received() {
      return meter.received;
    },
    [Symbol.asyncDispose]: async () => {
      cut();
      server.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** By Node: ssh2 cannot read each of the Ed25519 keys that it makes. */
function hostKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'sec1', format: 'pem' }).toString();
}

function signsIn(context: AuthContext, { username, password, publicKey }: SftpServerOptions): boolean {
  if (!isSame(context.username, username)) return false;
  if (context.method === 'password') return isSame(context.password, password);
  if (context.method !== 'publickey' || publicKey === undefined) return false;
  const key = ssh2.utils.parseKey(publicKey);
  if (key instanceof Error || Buffer.compare(context.key.data, key.getPublicSSH()) !== 0) return false;
  return context.signature === undefined || context.blob === undefined || key.verify(context.blob, context.signature, context.hashAlgo);
}

function isSame(given: string, expected: string | undefined): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return expected !== undefined && timingSafeEqual(digest(given), digest(expected));
}

interface OpenFile {
  readonly file?: FileHandle;
  /** Entries of a directory; undefined once they were told. */
  entries?: readonly FileEntry[] | undefined;
}

/** Answers one client's requests on files below `root`. */
function serveFiles(sftp: SFTPWrapper, root: string, meter: { received: number }): void {
  const handles = new Map<number, OpenFile>();
  let lastHandle = 0;

  const local = (path: string): string => {
    const absolute = posix.resolve('/', path);
    if (absolute === '/denied' || absolute.startsWith('/denied/')) throw Object.assign(new Error('denied'), { code: 'EACCES' });
    return join(root, absolute);
  };
  const opened = (handle: Buffer): OpenFile => {
    const found = handle.length === 4 ? handles.get(handle.readUInt32BE(0)) : undefined;
    if (found === undefined) throw new Error('no such handle');
    return found;
  };
  const file = (handle: Buffer): FileHandle => opened(handle).file ?? fail();
  const remember = (id: number, one: OpenFile): void => {
    handles.set(++lastHandle, one);
    const handle = Buffer.alloc(4);
    handle.writeUInt32BE(lastHandle);
    sftp.handle(id, handle);
  };
  const done = (id: number): void => sftp.status(id, STATUS_CODE.OK);
  // One after the other, as servers do: a file is not closed while it is read.
  let last = Promise.resolve();
  const answer = (id: number, work: () => Promise<void>): void => {
    last = last.then(work).catch((error: unknown) => sftp.status(id, statusOf(error)));
  };
  /** A request that is answered by its success alone. */
  const act = (id: number, work: () => Promise<void>): void => answer(id, async () => {
    await work();
    done(id);
  });

  sftp.on('OPEN', (id, path, flags, attrs) => answer(id, async () => remember(id, { file: await open(local(path), openFlags(flags), attrs.mode) })));
  sftp.on('READ', (id, handle, offset, length) => answer(id, async () => {
    const { bytesRead, buffer } = await file(handle).read(Buffer.alloc(length), 0, length, offset);
    if (bytesRead === 0) sftp.status(id, STATUS_CODE.EOF);
    else sftp.data(id, buffer.subarray(0, bytesRead));
  }));
  sftp.on('WRITE', (id, handle, offset, data) => act(id, async () => {
    await file(handle).write(data, 0, data.length, offset);
    meter.received += data.length;
  }));
  sftp.on('CLOSE', (id, handle) => act(id, async () => {
    await opened(handle).file?.close();
    handles.delete(handle.readUInt32BE(0));
  }));
  sftp.on('FSTAT', (id, handle) => answer(id, async () => sftp.attrs(id, await file(handle).stat().then(attributes))));
  sftp.on('STAT', (id, path) => answer(id, async () => sftp.attrs(id, await stat(local(path)).then(attributes))));
  sftp.on('LSTAT', (id, path) => answer(id, async () => sftp.attrs(id, await lstat(local(path)).then(attributes))));
  sftp.on('SETSTAT', (id, path, attrs) => act(id, async () => set(local(path), attrs)));
  sftp.on('FSETSTAT', (id, handle, attrs) => act(id, async () => {
    if (hasMode(attrs)) await file(handle).chmod(attrs.mode & 0o777);
  }));
  sftp.on('OPENDIR', (id, path) => answer(id, async () => {
    const names = await readdir(local(path));
    remember(id, { entries: await Promise.all(names.map((name) => entry(name, join(local(path), name)))) });
  }));
  sftp.on('READDIR', (id, handle) => answer(id, async () => {
    const directory = opened(handle);
    const { entries } = directory;
    directory.entries = undefined;
    if (entries === undefined || entries.length === 0) sftp.status(id, STATUS_CODE.EOF);
    else sftp.name(id, [...entries]);
  }));
  sftp.on('REMOVE', (id, path) => act(id, async () => unlink(local(path))));
  sftp.on('MKDIR', (id, path) => act(id, async () => mkdir(local(path))));
  sftp.on('RMDIR', (id, path) => act(id, async () => rmdir(local(path))));
  sftp.on('RENAME', (id, from, to) => act(id, async () => rename(local(from), local(to))));
  sftp.on('REALPATH', (id, path) => answer(id, async () => sftp.name(id, [{ filename: posix.resolve('/', path), longname: '', attrs: noAttributes }])));
}

const noAttributes: Attributes = { mode: 0, uid: 0, gid: 0, size: 0, atime: 0, mtime: 0 };

function fail(): never {
  throw new Error('not a file');
}

function statusOf(error: unknown): number {
  switch ((error as { code?: unknown }).code) {
    case 'ENOENT':
      return STATUS_CODE.NO_SUCH_FILE;
    case 'EACCES':
    case 'EPERM':
      return STATUS_CODE.PERMISSION_DENIED;
    default:
      return STATUS_CODE.FAILURE;
  }
}

function openFlags(flags: number): number {
  const has = (mode: number): boolean => (flags & mode) !== 0;
  const access = has(OPEN_MODE.WRITE) ? (has(OPEN_MODE.READ) ? constants.O_RDWR : constants.O_WRONLY) : constants.O_RDONLY;
  return access | (has(OPEN_MODE.CREAT) ? constants.O_CREAT : 0) | (has(OPEN_MODE.TRUNC) ? constants.O_TRUNC : 0) | (has(OPEN_MODE.EXCL) ? constants.O_EXCL : 0);
}

interface FileStats {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly atimeMs: number;
  readonly mtimeMs: number;
}

function attributes({ mode, uid, gid, size, atimeMs, mtimeMs }: FileStats): Attributes {
  return { mode, uid, gid, size, atime: Math.floor(atimeMs / 1000), mtime: Math.floor(mtimeMs / 1000) };
}

async function entry(filename: string, path: string): Promise<FileEntry> {
  const stats = await lstat(path);
  const type = stats.isDirectory() ? 'd' : stats.isSymbolicLink() ? 'l' : '-';
  return { filename, longname: `${type}rw-r--r-- 1 owner group ${stats.size} Jan 1 00:00 ${filename}`, attrs: attributes(stats) };
}

/** Clients send only the attributes that they set. */
function hasMode(attrs: Partial<Attributes>): attrs is Attributes {
  return typeof attrs.mode === 'number';
}

async function set(path: string, attrs: Partial<Attributes>): Promise<void> {
  if (hasMode(attrs)) await chmod(path, attrs.mode & 0o777);
  if (typeof attrs.size === 'number') await truncate(path, attrs.size);
}
