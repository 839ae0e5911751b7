import { checkTables, migrate, pendingMigrations, postgresErrors } from '@deedlog/postgres';
import type { PostgresLike } from '@deedlog/postgres';
import pg from 'pg';
import { expect, test } from 'vitest';
import { databaseKind, testDatabase } from '../support/database.ts';
import { dumpSchema } from './schema-dump.ts';

const GOLDEN = '../golden/postgres-schema.txt';

test('the migrations make exactly the schema of the golden file', async () => {
  await using database = await testDatabase({ migrated: false });
  await migrate(database.client);
  // After a deliberate change: run it with --update, and review the difference.
  await expect(await dumpSchema(database.client)).toMatchFileSnapshot(GOLDEN);
});

test('migrate runs what is pending, once', async () => {
  await using database = await testDatabase({ migrated: false });
  const { client } = database;
  const names = await pendingMigrations(client);
  expect(names[0]).toBe('activity-table');
  expect(await migrate(client)).toEqual(names);
  expect(await pendingMigrations(client)).toEqual([]);
  expect(await migrate(client)).toEqual([]);
});

test('instances that start at once all succeed, and each migration runs once', async () => {
  await using database = await testDatabase({ migrated: false });
  const names = await pendingMigrations(database.client);
  const clients = instances(database, 6);
  await Promise.all(clients.map(({ client }) => migrate(client)));
  await Promise.all(clients.map(({ end }) => end()));
  const { rows } = await database.client.query('select name from deedlog.migration');
  expect(rows.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
});

function instances(database: Awaited<ReturnType<typeof testDatabase>>, count: number): { client: PostgresLike; end: () => Promise<void> }[] {
  return Array.from({ length: count }, () => {
    if ('pglite' in database.connection) return { client: database.client, end: () => Promise.resolve() };
    const pool = new pg.Pool({ connectionString: database.connection.clientUrl, max: 1 });
    return { client: pool, end: () => pool.end() };
  });
}

test('a migration that fails leaves nothing of it, and the next run goes on', async () => {
  await using database = await testDatabase({ migrated: false });
  const { client } = database;
  const [, ...afterFirst] = await pendingMigrations(client);
  expect(afterFirst.slice(0, 2)).toEqual(['activity-indexes', 'effect-table']);
  // In the way of the second index of the second migration; the others come after it.
  const broken: PostgresLike = {
    query: async (sql, params) => client.query(sql.includes('activity_target_idx') ? sql.replace('target_type', 'no_such_column') : sql, params),
  };
  await expect(migrate(broken)).rejects.toThrow('no_such_column');
  expect(await pendingMigrations(client)).toEqual(afterFirst);
  expect((await client.query(`select 1 as found from pg_indexes where indexname = 'activity_actor_idx'`)).rows).toEqual([]);
  expect(await migrate(client)).toEqual(afterFirst);
});

test('a database that ran another form of a migration is refused', async () => {
  await using database = await testDatabase();
  await database.client.query(`update deedlog.migration set checksum = 'other' where name = 'activity-table'`);
  const refused = { code: 'POSTGRES_MIGRATION_CHANGED', message: expect.stringContaining('activity-table') };
  await expect(migrate(database.client)).rejects.toMatchObject(refused);
  await expect(checkTables(database.client)).rejects.toMatchObject(refused);
});

test('a database that a newer deedlog has migrated still serves', async () => {
  await using database = await testDatabase();
  await database.client.query(`insert into deedlog.migration (name, checksum) values ('from-the-future', 'x')`);
  await expect(checkTables(database.client)).resolves.toBeUndefined();
  expect(await migrate(database.client)).toEqual([]);
});

test('checkTables says what is missing and what to do', async () => {
  await using database = await testDatabase({ migrated: false });
  await expect(checkTables(database.client)).rejects.toMatchObject({
    code: 'POSTGRES_TABLES_MISSING',
    message: expect.stringContaining('pending: activity-table, activity-indexes'),
    remedy: postgresErrors.POSTGRES_TABLES_MISSING.remedy,
  });
  await migrate(database.client);
  await expect(checkTables(database.client)).resolves.toBeUndefined();
});

test('checkTables refuses a PostgreSQL before 15', async () => {
  const old: PostgresLike = { query: () => Promise.resolve({ rows: [{ version: 140_013 }] }) };
  await expect(checkTables(old)).rejects.toMatchObject({ code: 'POSTGRES_TOO_OLD', message: expect.stringContaining('140013') });
});

test('the tables belong to one schema, and no foreign key leaves or enters it', async () => {
  await using database = await testDatabase();
  const { rows } = await database.client.query(`select conname from pg_constraint where contype = 'f'`);
  expect(rows).toEqual([]);
});

test('the database is the one that was asked for', async () => {
  await using database = await testDatabase();
  const { rows } = await database.client.query('select version() as version');
  expect(String(rows[0]?.['version']).includes('emscripten') || String(rows[0]?.['version']).includes('wasm')).toBe(databaseKind === 'pglite');
});
