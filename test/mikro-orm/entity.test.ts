import { ActivityEntity, migrateDeedlog, mikroOrmStore, mikroOrmErrors, withDeedlog } from '@deedlog/mikro-orm';
import { Utils } from '@mikro-orm/core';
import type { MikroORM } from '@mikro-orm/core';
import { afterEach, expect, test, vi } from 'vitest';
import { bareActivity, sampleActivity } from '../contract/sample-activity.ts';
import { testOrm } from '../support/database.ts';
import { Patient, Tag, Ward } from './clinic.ts';

afterEach(() => vi.restoreAllMocks());

test('ActivityEntity finds, filters, sorts and counts activities', async () => {
  await using database = await testOrm([ActivityEntity]);
  const { orm } = database;
  const [first, second, bare] = [
    sampleActivity({ occurredAt: new Date('2026-01-01') }),
    sampleActivity({ occurredAt: new Date('2026-01-02'), actorId: '9' }),
    bareActivity({ occurredAt: new Date('2026-01-03') }),
  ];
  await mikroOrmStore(orm).write([first, second, bare]);
  const em = orm.em.fork();
  const all = await em.find(ActivityEntity, {}, { orderBy: { occurredAt: 'desc' } });
  expect(all.map((activity) => ({ ...activity }))).toEqual([bare, second, first]);
  expect(await em.find(ActivityEntity, { actorId: '9' }, { limit: 5 })).toMatchObject([{ id: second.id }]);
  expect(await em.count(ActivityEntity, { targetType: 'Invoice', occurredAt: { $lt: new Date('2026-01-02') } })).toBe(1);
});

test.each([
  ['with ActivityEntity', [Patient, Ward, Tag, ActivityEntity]],
  ['without it', [Patient, Ward, Tag]],
])('the schema generator of the host, %s, leaves the schema deedlog alone', async (_, entities) => {
  await using database = await testOrm(entities);
  mikroOrmStore(database.orm);
  expect(await database.orm.schema.getUpdateSchemaSQL()).toBe('');
  expect(await database.orm.schema.getCreateSchemaSQL()).not.toContain('deedlog');
  expect(await database.orm.schema.getDropSchemaSQL()).not.toContain('deedlog');
});

test('withDeedlog protects the tables where no store is made: on the command line', async () => {
  await using bare = await testOrm([Patient, Ward, Tag]);
  expect(await bare.orm.schema.getUpdateSchemaSQL()).toContain('drop table if exists "deedlog"."activity"');
  await using database = await testOrm([Patient, Ward, Tag], withDeedlog({ schemaGenerator: { ignoreSchema: ['mine'] } }));
  expect(await database.orm.schema.getUpdateSchemaSQL()).toBe('');
  expect(database.orm.config.get('schemaGenerator').ignoreSchema).toEqual(['mine', 'deedlog']);
});

test('check names what is missing until migrateDeedlog has run', async () => {
  await using database = await testOrm([], { migrated: false });
  const store = mikroOrmStore(database.orm);
  await expect(store.check?.()).rejects.toMatchObject({
    code: 'POSTGRES_TABLES_MISSING',
    message: expect.stringContaining('activity-table'),
    remedy: expect.stringContaining('migrateDeedlog(orm)'),
  });
  expect(await migrateDeedlog(database.orm)).toEqual(expect.arrayContaining(['activity-table', 'activity-indexes', 'effect-table']));
  await expect(store.check?.()).resolves.toBeUndefined();
  expect(await migrateDeedlog(database.orm)).toEqual([]);
});

test.each(['7.1.9', '8.0.0', '6.6.2'])('MikroORM %s is refused', async (version) => {
  await using database = await testOrm([]);
  vi.spyOn(Utils, 'getORMVersion').mockReturnValue(version);
  expect(() => mikroOrmStore(database.orm)).toThrow(expect.objectContaining({ code: 'MIKRO_ORM_VERSION_UNSUPPORTED' }));
});

test('an orm of another database is refused', () => {
  class MySqlPlatform {}
  const orm = { driver: { getPlatform: () => new MySqlPlatform() } } as unknown as MikroORM;
  expect(() => mikroOrmStore(orm)).toThrow(
    expect.objectContaining({ code: 'MIKRO_ORM_DRIVER_UNSUPPORTED', message: expect.stringContaining('MySqlPlatform') }),
  );
});

test('every error says what to do', () => {
  for (const { meaning, remedy } of Object.values(mikroOrmErrors)) expect([meaning, remedy]).toEqual([expect.stringMatching(/\w/), expect.stringMatching(/\.$/)]);
});
