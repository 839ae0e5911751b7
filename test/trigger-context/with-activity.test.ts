import { createActivity, userActor } from '@deedlog/core';
import { activityFromRow, withActivity } from '@deedlog/postgres';
import type { Activity } from '@deedlog/core';
import type { PostgresLike, TransactionClientLike } from '@deedlog/postgres';
import pg from 'pg';
import { expect, test } from 'vitest';
import { listenToDriver } from '../mikro-orm/listen-to-driver.ts';
import { databaseKind, testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { plainTrigger } from './plain-trigger.ts';

async function openSamples(): Promise<TestDatabase & { activities(): Promise<Activity[]>; effects(): Promise<unknown[]> }> {
  const database = await testDatabase();
  await database.client.query('create table sample (id int primary key, weight int not null)');
  await plainTrigger(database.client, 'sample');
  return {
    ...database,
    activities: async () => (await database.client.query('select * from deedlog.activity order by recorded_at, ctid')).rows.map(activityFromRow),
    effects: async () => (await database.client.query('select activity_id::text from deedlog.effect order by id')).rows.map((row) => row['activity_id']),
  };
}

const weigh = { action: 'sample.weigh', actor: userActor(7), target: { type: 'Sample', id: 1 }, reason: 'monthly' } as const;

async function insert(client: PostgresLike, weight: number | null = 3): Promise<string> {
  await client.query('insert into sample values (1, $1)', [weight]);
  return 'done';
}

test('the change, its effect and the record are committed together', async () => {
  await using database = await openSamples();
  expect(await withActivity(database.client, weigh, (client) => insert(client))).toBe('done');
  const [activity, ...others] = await database.activities();
  expect(others).toEqual([]);
  expect(activity).toMatchObject({ action: 'sample.weigh', outcome: 'success', actorId: '7', targetId: '1', reason: 'monthly', observer: 'manual' });
  expect(await database.effects()).toEqual([activity?.id]);
  // The next transaction of the same connection knows nothing of it.
  await database.client.query('update sample set weight = 4');
  expect(await database.effects()).toEqual([activity?.id, null]);
});

test('what throws is rolled back, recorded, and thrown on', async () => {
  await using database = await openSamples();
  const forbidden = Object.assign(new Error('not you'), { code: 'FORBIDDEN' });
  const denied = withActivity(database.client, weigh, async (client) => {
    await insert(client);
    throw forbidden;
  });
  await expect(denied).rejects.toBe(forbidden);
  await expect(withActivity(database.client, weigh, (client) => insert(client, null))).rejects.toThrow(/null value/);
  expect(await database.effects()).toEqual([]);
  expect((await database.activities()).map(({ outcome, outcomeCode }) => [outcome, outcomeCode])).toEqual([
    ['denied', 'FORBIDDEN'],
    ['failure', expect.any(String)],
  ]);
});

test('a complete activity is taken as it is', async () => {
  await using database = await openSamples();
  const activity = createActivity(weigh);
  await withActivity(database.client, activity, (client, { id }) => insert(client).then(() => expect(id).toBe(activity.id)));
  expect(await database.effects()).toEqual([activity.id]);
});

test('a failed act that cannot be recorded is told of, with both reasons', async () => {
  await using database = await openSamples();
  await database.client.query('alter table deedlog.activity rename to gone');
  const failing = withActivity(database.client, weigh, (client) => insert(client, null));
  await expect(failing).rejects.toMatchObject({ code: 'POSTGRES_ACTIVITY_LOST', cause: { errors: [expect.anything(), expect.anything()] } });
});

test.skipIf(databaseKind === 'pglite')('a client of its own sends begin and the id at once', async () => {
  await using database = await openSamples();
  const client = new pg.Client({ connectionString: 'clientUrl' in database.connection ? database.connection.clientUrl : '' });
  await client.connect();
  const { sent, stop } = listenToDriver();
  await withActivity(client satisfies TransactionClientLike, weigh, (held) => insert(held));
  stop();
  await client.end();
  expect(sent).toEqual([
    expect.stringMatching(/^begin; select set_config\('deedlog\.activity', '[0-9a-f-]{36}', true\)$/),
    expect.stringMatching(/^insert into sample/),
    expect.stringMatching(/deedlog\.record\(/),
    'commit',
  ]);
});
