import { createId } from '@deedlog/core';
import type { Activity } from '@deedlog/core';
import { insertActivities, postgresReader } from '@deedlog/postgres';
import pg from 'pg';
import { expect, test } from 'vitest';
import { EVERYTHING, follow } from '../contract/reader.ts';
import { bareActivity } from '../contract/sample-activity.ts';
import { databaseKind, testDatabase } from '../support/database.ts';

const now = (): Activity => bareActivity({ id: createId(), occurredAt: new Date(), recordedAt: new Date() });

test('more than one batch, and a transaction larger than a batch, come whole and once', async () => {
  await using database = await testDatabase();
  const view = postgresReader(database.client).as(EVERYTHING);
  const { cursor } = await view.tail();
  const groups = [300, 300, 1200, 10].map((length) => Array.from({ length }, now));
  for (const group of groups) await insertActivities(database.client, group);
  const { ids } = await follow(view, cursor, 1810);
  expect(ids.toSorted()).toEqual(groups.flat().map(({ id }) => id).toSorted());
});

test.skipIf(databaseKind === 'pglite')('what commits late is not left out, also out of a savepoint, and nothing comes twice', async () => {
  await using database = await testDatabase();
  if (!('clientUrl' in database.connection)) throw new Error('no server');
  const slow = new pg.Client({ connectionString: database.connection.clientUrl });
  await slow.connect();
  const view = postgresReader(database.client).as(EVERYTHING);
  const { cursor } = await view.tail();
  const [late, inner, early, after] = [now(), now(), now(), now()];
  await slow.query('begin');
  await insertActivities(slow, [late]);
  await insertActivities(database.client, [early]);
  const first = await view.tail(cursor);
  await slow.query('savepoint one');
  await insertActivities(slow, [inner]);
  await slow.query('release savepoint one');
  const second = await view.tail(first.cursor);
  // Neither may pass the transaction that is still open.
  expect([first.results, second.results]).toEqual([[], []]);
  await slow.query('commit');
  await insertActivities(database.client, [after]);
  const rest = await follow(view, second.cursor, 4);
  expect((await view.tail(rest.cursor)).results).toEqual([]);
  expect(rest.ids.toSorted()).toEqual([late, inner, early, after].map(({ id }) => id).toSorted());
  await slow.end();
});
