import { createDeedlog, memoryStore, systemActor } from '@deedlog/core';
import type { Deedlog, RequestRecord } from '@deedlog/core';
import { auditedSftp } from '@deedlog/http';
import type { SftpLogOptions } from '@deedlog/http';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from 'ssh2';
import SftpClient from 'ssh2-sftp-client';
import { onTestFinished } from 'vitest';
import { sftpServer } from '../support/sftp-server.ts';
import type { SftpServer, SftpServerOptions } from '../support/sftp-server.ts';

export interface World {
  readonly server: SftpServer;
  /** Recorded, and not connected. */
  readonly client: SftpClient;
  /** The same, not recorded. */
  readonly plain: SftpClient;
  readonly records: RequestRecord[];
  readonly deedlog: Deedlog;
  /** A local directory. */
  readonly folder: string;
}

export interface WorldOptions {
  readonly server?: SftpServerOptions;
  readonly log?: Partial<SftpLogOptions>;
}

/** A server, a client whose calls are recorded, and a place for files; all of it ends with the test. */
export async function world({ server: serverOptions, log }: WorldOptions = {}): Promise<World> {
  const server = await sftpServer(serverOptions);
  onTestFinished(() => server[Symbol.asyncDispose]());
  const records: RequestRecord[] = [];
  const deedlog = createDeedlog({ store: memoryStore(), actor: () => systemActor('nobody') }) as Deedlog;
  const plain = quietClient();
  const sink = { name: 'records', writeRequests: (written: readonly RequestRecord[]) => void records.push(...written) };
  const client = auditedSftp(plain, { service: 'bank', sink, deedlog, ...log });
  return { server, client, plain, records, deedlog, folder: await temporaryFolder() };
}

export async function connectedWorld(options?: WorldOptions): Promise<World> {
  const made = await world(options);
  await made.client.connect(made.server.login);
  made.records.length = 0;
  return made;
}

/** One that does not print what happens to its connection, and is closed with the test. */
export function quietClient(): SftpClient {
  const client = new SftpClient('test', { error: () => undefined, end: () => undefined, close: () => undefined });
  // Without it each request waits 40 milliseconds for the acknowledgement of the one before. The member is no part of the types.
  const { client: connection } = client as unknown as { client: Client };
  connection.on('connect', () => connection.setNoDelay(true));
  onTestFinished(async () => {
    await client.end().catch(() => undefined);
  });
  return client;
}

async function temporaryFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'deedlog-sftp-local-')));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** What an operation says of itself. */
export function briefly({ request, response, error }: RequestRecord): unknown[] {
  return [request.method, request.path, request.body, response?.body, error];
}

/** What was thrown or rejected. */
export async function caught(work: () => unknown): Promise<Error & { code?: unknown }> {
  try {
    await work();
  } catch (error) {
    return error as Error & { code?: unknown };
  }
  throw new Error('nothing was thrown');
}
