import { closeSync, constants, fstatSync, mkdirSync, openSync, readdirSync, readSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

/** For the owner, and for a log shipper of the group. */
export const FILE_MODE = 0o640;
export const DIRECTORY_MODE = 0o750;

/** Appends wherever the end is by then, so that a file may be truncated under it; reads to see how the file ends. */
export const FLAGS: number = constants.O_APPEND | constants.O_CREAT | constants.O_RDWR;

const DIRECTORY = { recursive: true, mode: DIRECTORY_MODE };
const BIGINT = { bigint: true } as const;
const FORCE = { force: true };

export interface OpenFile {
  readonly fd: number;
  /** Writes what begins at `from`, or the beginning of it; says how many bytes. */
  write(bytes: Uint8Array, from: number): Promise<number>;
  read(into: Uint8Array, position: number): Promise<number>;
  stat(): Promise<BigIntStats>;
  close(): Promise<void>;
}

/** What log files need of the file system. Everything rejects with its error. */
export interface Disk {
  open(path: string): Promise<OpenFile>;
  makeDirectory(path: string): Promise<void>;
  stat(path: string): Promise<BigIntStats>;
  rename(from: string, to: string): Promise<void>;
  list(directory: string): Promise<readonly string[]>;
  remove(path: string): Promise<void>;
}

/** By Node's thread pool: the thread that logs waits for nothing. A disk that hangs takes a thread of the pool for each call under way. */
export const pooledDisk: Disk = {
  open: async (path) => pooledFile(await open(path, FLAGS, FILE_MODE)),
  makeDirectory: async (path) => void (await mkdir(path, DIRECTORY)),
  stat: (path) => stat(path, BIGINT),
  rename,
  list: (directory) => readdir(directory),
  remove: (path) => rm(path, FORCE),
};

/** At once: for a worker thread, where nobody else waits and no thread of the pool is taken. */
export const blockingDisk: Disk = {
  open: async (path) => blockingFile(openSync(path, FLAGS, FILE_MODE)),
  makeDirectory: async (path) => void mkdirSync(path, DIRECTORY),
  stat: async (path) => statSync(path, BIGINT),
  rename: async (from, to) => renameSync(from, to),
  list: async (directory) => readdirSync(directory),
  remove: async (path) => rmSync(path, FORCE),
};

function pooledFile(handle: FileHandle): OpenFile {
  return {
    fd: handle.fd,
    write: async (bytes, from) => (await handle.write(bytes, from)).bytesWritten,
    read: async (into, position) => (await handle.read(into, 0, into.length, position)).bytesRead,
    stat: () => handle.stat(BIGINT),
    close: () => handle.close(),
  };
}

function blockingFile(fd: number): OpenFile {
  return {
    fd,
    write: async (bytes, from) => writeSync(fd, bytes, from),
    read: async (into, position) => readSync(fd, into, 0, into.length, position),
    stat: async () => fstatSync(fd, BIGINT),
    close: async () => closeSync(fd),
  };
}
