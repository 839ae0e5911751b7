import { createHash } from 'node:crypto';
import { postgresError } from '../errors.ts';
import type { PostgresLike } from '../postgres-like.ts';
import { driftsOf, unknownColumns } from './check-triggers.ts';
import { readInstalled } from './installed.ts';
import type { InstalledRelation } from './installed.ts';
import { removeSql, triggerSql } from './trigger-sql.ts';
import type { TableName, TriggerTable } from './trigger-table.ts';

export interface InstallTriggersOptions {
  /** The secret of hashed fields, the same as `hashKey` of `mikroOrmStore`. Kept in a table that only its owner can read. */
  readonly hashKey?: string | undefined;
}

/**
 * Installs the triggers of these tables, on partitions too, and brings drift back. Each table by itself, in one statement. A table whose triggers are as
 * they should be is left alone, so it may run at every start, by several instances at once. Returns the tables that it touched.
 * Throws `POSTGRES_COLUMN_UNKNOWN`, `POSTGRES_HASH_KEY_MISSING`.
 */
export async function installTriggers(client: PostgresLike, tables: readonly TriggerTable[], { hashKey }: InstallTriggersOptions = {}): Promise<TableName[]> {
  if (hashKey !== undefined && hashKey !== '') await storeHashKey(client, hashKey);
  else if (tables.some(hashes) && !(await hasHashKey(client))) throw postgresError('POSTGRES_HASH_KEY_MISSING', tables.filter(hashes).map(textOf).join(', '));
  const touched: TableName[] = [];
  for (const table of tables) {
    const installed = await readInstalled(client, table);
    assertKnown(table, installed.relations.find(({ root }) => root));
    if (driftsOf(table, installed).length === 0) continue;
    for (const statement of triggerSql(table).install) await client.query(statement);
    touched.push({ schema: table.schema, table: table.table });
  }
  return touched;
}

/** Removes the triggers of these tables and their functions, also where a table was renamed or dropped since. Effects stay. */
export async function removeTriggers(client: PostgresLike, tables: readonly TableName[]): Promise<void> {
  for (const table of tables) await client.query(removeSql(table));
}

function assertKnown(table: TriggerTable, root: InstalledRelation | undefined): void {
  if (root === undefined) throw postgresError('POSTGRES_COLUMN_UNKNOWN', textOf(table));
  const unknown = unknownColumns(table, root);
  if (unknown.length > 0) throw postgresError('POSTGRES_COLUMN_UNKNOWN', `${textOf(table)}: ${unknown.join(', ')}`);
}

function hashes({ fields }: TriggerTable): boolean {
  return fields.some(({ treatment }) => treatment === 'hash');
}

function textOf({ schema, table }: TableName): string {
  return `${schema}.${table}`;
}

async function hasHashKey(client: PostgresLike): Promise<boolean> {
  const { rows } = await client.query('select from deedlog.hash_key');
  return rows.length > 0;
}

/** Bytes of a block of SHA-256 (RFC 2104). */
const BLOCK = 64;

async function storeHashKey(client: PostgresLike, hashKey: string): Promise<void> {
  const secret = Buffer.from(hashKey, 'utf8');
  const block = Buffer.alloc(BLOCK);
  (secret.length > BLOCK ? createHash('sha256').update(secret).digest() : secret).copy(block);
  const pad = (byte: number): string => Buffer.from(block.map((value) => value ^ byte)).toString('hex');
  await client.query(
    `insert into deedlog.hash_key (inner_pad, outer_pad) values (decode($1, 'hex'), decode($2, 'hex'))
    on conflict ((true)) do update set inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad where hash_key.inner_pad <> excluded.inner_pad`,
    [pad(0x36), pad(0x5c)],
  );
}
