import { createActivity, systemActor } from '@deedlog/core';
import { installTriggers, reconcile, withActivity } from '@deedlog/postgres';
import type { Finding, PostgresLike, ReconcileOptions, ReconcileTable } from '@deedlog/postgres';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';

export const ACCOUNT: ReconcileTable = {
  schema: 'public',
  table: 'account',
  key: ['id'],
  fields: [
    { field: 'owner', column: 'owner', treatment: 'plain' },
    { field: 'balance', column: 'balance', treatment: 'plain' },
    { field: 'iban', column: 'iban', treatment: 'hash' },
    { field: 'note', column: 'note', treatment: 'redact' },
    { field: 'openedAt', column: 'opened_at', treatment: 'plain' },
  ],
  targetType: 'Account',
};

/** A partitioned table: writes to a partition go past the parent. */
export const BOOKING: ReconcileTable = {
  schema: 'public',
  table: 'booking',
  key: ['region', 'number'],
  fields: [{ field: 'amount', column: 'amount', treatment: 'plain' }],
  targetType: 'Booking',
};

const TABLES = [ACCOUNT, BOOKING];

export const HASH_KEY = 'a key for tests';

/** A database with two audited tables, both with a row from before the triggers. */
export async function ledger(): Promise<TestDatabase> {
  const database = await testDatabase();
  const { client } = database;
  for (const sql of SCHEMA) await client.query(sql);
  await installTriggers(client, TABLES, { hashKey: HASH_KEY });
  return database;
}

const SCHEMA = [
  `create table account (id int primary key, owner text, balance numeric(12, 2), iban text, note text, opened_at timestamptz)`,
  `create table booking (region text, number int, amount bigint, primary key (region, number)) partition by list (region)`,
  `create table booking_eu partition of booking for values in ('eu')`,
  `create table booking_us partition of booking for values in ('us')`,
  `insert into account values (1, 'before', 1, null, null, null)`,
  `insert into booking values ('eu', 1, 1)`,
];

/** Runs statements as an act of somebody. */
export async function act(client: PostgresLike, action: string, given: { readonly target?: readonly [string, string]; readonly sql: readonly string[] }): Promise<void> {
  const target = given.target && { type: given.target[0], id: given.target[1] };
  await withActivity(client, createActivity({ action, actor: systemActor('test'), ...(target && { target }) }), async (transaction) => {
    for (const sql of given.sql) await transaction.query(sql);
  });
}

export async function findings(client: PostgresLike, options: Partial<ReconcileOptions> = {}): Promise<readonly Finding[]> {
  return (await reconcile(client, { tables: TABLES, ...options })).findings;
}

/** What a finding says, in short. */
export function brief({ problem, table, key, field }: Finding): string {
  return [problem, table, key, field].filter((part) => part !== null).join(' ');
}

/** Runs statements past the triggers, as an administrator can. */
export async function bypass(client: PostgresLike, table: string, statements: readonly string[]): Promise<void> {
  await client.query(`alter table ${table} disable trigger all`);
  for (const sql of statements) await client.query(sql);
  await client.query(`alter table ${table} enable trigger all`);
}
