import { randomBytes } from 'node:crypto';
import { installTriggers, roleScript } from '@deedlog/postgres';
import type { PostgresLike, RoleScriptOptions, TriggerTable } from '@deedlog/postgres';
import pg from 'pg';
import { testDatabase } from '../support/database.ts';

export const INVOICE: TriggerTable = {
  schema: 'public',
  table: 'invoice',
  key: ['id'],
  fields: [
    { field: 'amount', column: 'amount', treatment: 'plain' },
    { field: 'iban', column: 'iban', treatment: 'hash' },
  ],
};

/** A database on a real server, because PGlite has no logins; its log has an owner of its own. */
export interface Guarded extends AsyncDisposable {
  /** The administrator. */
  readonly admin: PostgresLike;
  readonly application: string;
  readonly auditor: string;
  readonly owner: string;
  /** Runs statements one after the other in a session of `role`, until one fails. */
  as(role: string, statements: readonly string[]): Promise<readonly (readonly object[])[]>;
}

export async function guarded(options: Partial<RoleScriptOptions> = {}): Promise<Guarded> {
  const database = await testDatabase();
  const { client: admin } = database;
  const suffix = randomBytes(4).toString('hex');
  // Names that break what does not quote.
  const roles = { application: `App "x" 100% ${suffix}`, auditor: `auditor's ${suffix}`, owner: `deedlog_owner_${suffix}` };
  for (const role of [roles.application, roles.auditor]) await admin.query(`create role ${quoted(role)} login`);
  await admin.query('create table invoice (id int primary key, amount int, iban text)');
  await admin.query(`grant select, insert, update, delete on invoice to ${quoted(roles.application)}`);
  await admin.query(`grant create, temporary on database ${quoted(await nameOf(admin))} to ${quoted(roles.application)}`);
  await installTriggers(admin, [INVOICE], { hashKey: 'key' });
  const script = roleScript({ application: roles.application, owner: roles.owner, readers: [roles.auditor], ...options });
  for (let round = 0; round < 2; round++) await admin.query(script);
  return {
    admin,
    ...roles,
    as: (role, statements) => overTheWire(database.name, role, statements),
    async [Symbol.asyncDispose]() {
      for (const role of [roles.application, roles.auditor, roles.owner]) await admin.query(`reassign owned by ${quoted(role)} to current_user`);
      for (const role of [roles.application, roles.auditor, roles.owner]) await admin.query(`drop owned by ${quoted(role)}`);
      await database[Symbol.asyncDispose]();
      await dropRoles(Object.values(roles));
    },
  };
}

export function quoted(name: string): string {
  return pg.escapeIdentifier(name);
}

async function nameOf(admin: PostgresLike): Promise<string> {
  return String((await admin.query('select current_database() as name')).rows[0]?.['name']);
}

async function overTheWire(name: string, role: string, statements: readonly string[]): Promise<readonly (readonly object[])[]> {
  const url = new URL(String(process.env['DATABASE_URL']));
  const client = new pg.Client({ host: url.hostname, port: Number(url.port || 5432), user: role, database: name });
  await client.connect();
  try {
    return await inOrder(client, statements);
  } finally {
    await client.end();
  }
}

async function inOrder(client: PostgresLike, statements: readonly string[]): Promise<readonly (readonly object[])[]> {
  const results: (readonly object[])[] = [];
  for (const sql of statements) results.push((await client.query(sql)).rows);
  return results;
}

async function dropRoles(roles: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: process.env['DATABASE_URL'] });
  await client.connect();
  for (const role of roles) await client.query(`drop role if exists ${quoted(role)}`);
  await client.end();
}
