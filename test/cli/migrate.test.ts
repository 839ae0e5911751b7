import { activityModel, mikroOrmStore } from '@deedlog/mikro-orm';
import { createDeedlog, userActor } from '@deedlog/core';
import { p } from '@mikro-orm/core';
import { expect, test } from 'vitest';
import { testDatabase, testOrm } from '../support/database.ts';
import { cli, jsonLines } from './support/cli.ts';

const quality = activityModel({ name: 'quality', table: 'quality_activity', properties: { ward: p.integer() } });
const models = { quality };

test('what is pending is listed and counts as found; then it is run, once', async () => {
  await using database = await testDatabase({ migrated: false });
  const options = { client: database.client, config: { models } };
  const dry = await cli(['migrate', '--dry-run'], options);
  expect(dry.code).toBe(1);
  expect(jsonLines(dry.stdout).length).toBeGreaterThan(1);
  expect(jsonLines(dry.stdout).every(({ state }) => state === 'pending')).toBe(true);
  const { rows } = await database.client.query(`select to_regclass('deedlog.activity')::text as "table"`);
  expect(rows).toEqual([{ table: null }]);
  const ran = await cli(['migrate'], { ...options, tty: true });
  expect(ran.code).toBe(0);
  expect(ran.stdout).toMatch(/^(ran {2}\S+\n)+ran {2}model-quality_activity-\w+\n$/);
  for (const argv of [['migrate'], ['migrate', '--dry-run']]) expect(await cli(argv, options)).toEqual({ code: 0, stdout: '', stderr: 'Everything is up to date.\n' });
});

test('the business database of a separate log gets its outbox alone', async () => {
  await using database = await testDatabase({ migrated: false });
  expect((await cli(['migrate', '--role', 'business'], { client: database.client })).code).toBe(0);
  const { rows } = await database.client.query(`select to_regclass('deedlog.activity')::text as activity, to_regclass('deedlog.outbox')::text as outbox`);
  expect(rows).toEqual([{ activity: null, outbox: 'deedlog.outbox' }]);
});

test('a model has its own columns in listings, filters and tables; the orm of the configuration is the way in', async () => {
  await using database = await testOrm([quality]);
  await cli(['migrate'], { client: database.client, config: { models } });
  const deedlog = createDeedlog({ store: mikroOrmStore(database.orm), actor: () => undefined, models });
  for (const ward of [3, 4]) await deedlog.trackActivity({ model: 'quality', action: 'ward.check', actor: userActor(7), ward });
  await deedlog.close();
  const close = database.orm.close.bind(database.orm);
  database.orm.close = async () => undefined;
  const config = { models, orm: () => database.orm };
  const { code, stdout, stderr } = await cli(['list', '--model', 'quality', '--where', 'ward=3', '--columns', 'action,ward'], { config, tty: true });
  expect([code, stdout, stderr]).toEqual([0, 'Action      ward\nward.check  3\n', '1 of 1, newest first\n']);
  expect(jsonLines((await cli(['list', '--model', 'quality', '--where', 'ward=3'], { config })).stdout)).toMatchObject([{ columns: { ward: 3 } }]);
  database.orm.close = close;
});
