import { migrate, pendingMigrations } from '@deedlog/postgres';
import { expect, test } from 'vitest';
import { dumpSchema } from '../postgres/schema-dump.ts';
import { testDatabase } from '../support/database.ts';

test('the business database gets exactly the outbox of the golden file', async () => {
  await using database = await testDatabase({ migrated: false });
  await migrate(database.client, { role: 'business' });
  expect(await pendingMigrations(database.client, { role: 'business' })).toEqual([]);
  // After a deliberate change: run it with --update, and review the difference.
  await expect(await dumpSchema(database.client)).toMatchFileSnapshot('../golden/postgres-outbox-schema.txt');
});

test('the log gets the tables of a database that keeps its own, and one more', async () => {
  await using database = await testDatabase();
  expect(await pendingMigrations(database.client)).toEqual([]);
  expect(await migrate(database.client, { role: 'log' })).toEqual(['relayed-table']);
});
