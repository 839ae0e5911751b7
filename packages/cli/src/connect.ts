import type { PostgresLike } from '@deedlog/postgres';
import pg from 'pg';
import { cliError } from './errors.ts';
import { messageOf } from './message-of.ts';

/** How long a server may take to let the command in, in milliseconds. */
const CONNECT_MS = 10_000;

export interface Connection extends AsyncDisposable {
  readonly client: PostgresLike;
}

/** Throws `CLI_CONNECTION_FAILED`, without the address: it may hold a password. */
export async function connect(url: string): Promise<Connection> {
  const pool = poolOf(url);
  // Without a listener, a connection that breaks while it is idle would end the process.
  pool.on('error', () => undefined);
  try {
    await pool.query('select');
  } catch (cause) {
    await pool.end();
    throw cliError('CLI_CONNECTION_FAILED', messageOf(cause), cause);
  }
  return { client: pool, [Symbol.asyncDispose]: () => pool.end() };
}

function poolOf(connectionString: string): pg.Pool {
  if (!/^postgres(ql)?:\/\//.test(connectionString)) throw cliError('CLI_CONNECTION_FAILED', 'the address does not begin with postgres://');
  return new pg.Pool({ connectionString, max: 2, connectionTimeoutMillis: CONNECT_MS, application_name: 'deedlog' });
}
