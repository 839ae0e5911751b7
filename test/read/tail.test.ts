import { createId } from '@deedlog/core';
import type { Activity } from '@deedlog/core';
import { insertActivities, postgresReader } from '@deedlog/postgres';
import type { PostgresLike } from '@deedlog/postgres';
import pg from 'pg';
import { expect, test } from 'vitest';
import { EVERYTHING } from '../contract/reader.ts';
import { bareActivity } from '../contract/sample-activity.ts';
import { databaseKind, testDatabase } from '../support/database.ts';

const now = (): Activity => bareActivity({ id: createId(), occurredAt: new Date(), recordedAt: new Date() });

async function follow(client: PostgresLike, from: string): Promise<{ ids: string[]; cursor: string }> {
  const view = postgresReader(client).as(EVERYTHING);
  const ids: string[] = [];
  let batch = await view.tail(from);
  ids.push(...batch.results.map(({ id }) => id));
  while (batch.more) {
    batch = await view.tail(batch.cursor);
    ids.push(...batch.results.map(({ id }) => id));
  }
  return { ids, cursor: batch.cursor };
}

test('more than one batch, and a transaction larger than a batch, come whole and once', async () => {
  await using database = await testDatabase();
  const { cursor } = await postgresReader(database.client).as(EVERYTHING).tail();
  const groups = [300, 300, 1200, 10].map((length) => Array.from({ length }, now));
  for (const group of groups) await insertActivities(database.client, group);
  const { ids } = await follow(database.client, cursor);
  expect(ids.toSorted()).toEqual(groups.flat().map(({ id }) => id).toSorted());
});

test.skipIf(databaseKind === 'pglite')('what commits late is not left out, also out of a savepoint, and nothing comes twice', async () => {
  await using database = await testDatabase();
  if (!('clientUrl' in database.connection)) throw new Error('no server');
  const slow = new pg.Client({ connectionString: database.connection.clientUrl });
  await slow.connect();
  const seen: string[] = [];
  let { cursor } = await postgresReader(database.client).as(EVERYTHING).tail();
  const read = async (): Promise<string[]> => {
    const batch = await follow(database.client, cursor);
    cursor = batch.cursor;
    seen.push(...batch.ids);
    return batch.ids;
  };
  const [late, inner, early, after] = [now(), now(), now(), now()];
  await slow.query('begin');
  await insertActivities(slow, [late]);
  await insertActivities(database.client, [early]);
  expect(await read()).toEqual([]);
  await slow.query('savepoint one');
  await insertActivities(slow, [inner]);
  await slow.query('release savepoint one');
  expect(await read()).toEqual([]);
  await slow.query('commit');
  await insertActivities(database.client, [after]);
  await read();
  expect(await read()).toEqual([]);
  expect(seen.toSorted()).toEqual([late, inner, early, after].map(({ id }) => id).toSorted());
  await slow.end();
});
