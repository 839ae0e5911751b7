import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chmodSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';

/** Where Debian and its kin install it; `PGBOUNCER` names another place. */
const BINARY: string = process.env['PGBOUNCER'] ?? '/usr/sbin/pgbouncer';

export interface PgBouncer extends AsyncDisposable {
  readonly clientUrl: string;
}

export function hasPgBouncer(): boolean {
  try {
    accessSync(BINARY, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A PgBouncer in transaction mode before the database of `clientUrl`, with few connections to it. */
export async function openPgBouncer(clientUrl: string, connections: number): Promise<PgBouncer> {
  const directory = mkdtempSync(join(tmpdir(), 'deedlog-pgbouncer-'));
  chmodSync(directory, 0o755);
  const file = join(directory, 'pgbouncer.ini');
  const port = await freePort();
  writeFileSync(file, configuration(new URL(clientUrl), { port, connections }));
  // It refuses to be root.
  const child = spawn(BINARY, [...(process.getuid?.() === 0 ? ['-u', 'postgres'] : []), file], { stdio: 'ignore' });
  const url = new URL(clientUrl);
  url.host = `127.0.0.1:${port}`;
  await ready(url.href, child);
  return {
    clientUrl: url.href,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      if (child.exitCode === null) await ended;
      rmSync(directory, { recursive: true });
    },
  };
}

function configuration(url: URL, { port, connections }: { readonly port: number; readonly connections: number }): string {
  const password = url.password === '' ? '' : ` password=${decodeURIComponent(url.password)}`;
  return `[databases]
* = host=${url.hostname} port=${url.port === '' ? '5432' : url.port} user=${decodeURIComponent(url.username)}${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${connections}
max_client_conn = 500
`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const ATTEMPTS = 100;
const PAUSE_MS = 50;

async function ready(url: string, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (child.exitCode !== null) throw new Error(`PgBouncer ended with ${child.exitCode}`);
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await setTimeout(PAUSE_MS);
    }
  }
  throw new Error('PgBouncer does not answer');
}
