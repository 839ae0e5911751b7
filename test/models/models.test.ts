import { createDeedlog, memoryStore, PROBLEMS_KEY, userActor } from '@deedlog/core';
import type { DeedlogError } from '@deedlog/core';
import { ActivityEntity, activityModel, migrateDeedlog, mikroOrmStore, separateLog } from '@deedlog/mikro-orm';
import { p } from '@mikro-orm/core';
import { expect, test } from 'vitest';
import { testOrm } from '../support/database.ts';
import type { TestOrmResource } from '../support/database.ts';

const Quality = activityModel({
  name: 'QualityActivity',
  table: 'quality_activity',
  properties: {
    team: p.string().index(),
    score: p.integer().nullable(),
    checkedAt: p.datetime().nullable(),
    rows: p.bigint().nullable(),
    ratio: p.double().nullable(),
    price: p.decimal().nullable(),
    passed: p.boolean().nullable(),
    batch: p.uuid().nullable(),
    level: p.enum(['low', 'high']).nullable(),
    notes: p.json<{ lines: string[] }>().nullable(),
  },
});
const Team = activityModel({ name: 'TeamActivity', table: 'team_activity', properties: { team: p.string() } });

const actor = (): ReturnType<typeof userActor> => userActor('7');

async function qualityDatabase(): Promise<TestOrmResource> {
  const database = await testOrm([ActivityEntity, Quality, Team]);
  await migrateDeedlog(database.orm, { models: [Quality, Team] });
  return database;
}

test('activities of a model are in its table, with their own columns, found and filtered by the entity', async () => {
  await using database = await qualityDatabase();
  const { orm } = database;
  const deedlog = createDeedlog({ actor, store: mikroOrmStore(orm), models: { 'data-quality': Quality } });
  await deedlog.check();
  const checkedAt = new Date('2026-02-03T04:05:06.789Z');
  const batch = '01234567-89ab-cdef-0123-456789abcdef';
  await deedlog.run({ actor: actor() }, async () => {
    await deedlog.trackActivity({ action: 'plain.act' });
    await deedlog.trackActivity({
      model: 'data-quality', action: 'dataset.check', target: { type: 'Dataset', id: 3 }, team: 'ops', score: 5, checkedAt, rows: 9007199254740993n,
      ratio: 0.5, price: '12.50', passed: true, batch, level: 'high', notes: { lines: ['a', 'b'] },
    });
    await deedlog.trackActivity({ model: 'data-quality', action: 'dataset.check', team: 'lab' });
  });
  const em = orm.em.fork();
  expect(await em.find(Quality, { team: 'ops', score: { $gte: 5 }, passed: true, targetType: 'Dataset' })).toEqual([
    expect.objectContaining({ action: 'dataset.check', actorId: '7', team: 'ops', score: 5, checkedAt, rows: 9007199254740993n, ratio: 0.5, price: '12.50', batch, level: 'high', notes: { lines: ['a', 'b'] } }),
  ]);
  expect(await em.find(Quality, { team: 'lab' })).toEqual([expect.objectContaining({ score: null, checkedAt: null, notes: null })]);
  expect(await em.find(ActivityEntity, {})).toEqual([expect.objectContaining({ action: 'plain.act', model: 'default', columns: null })]);
  await deedlog.close();
});

test('a default with own columns has its rows in its own table; fill gives what adapters do not know', async () => {
  await using database = await qualityDatabase();
  const { orm } = database;
  const models = { default: { model: Team, fill: ({ tenant }: { tenant: string | null }) => ({ team: tenant ?? 'nobody' }) } };
  const deedlog = createDeedlog({ actor, store: mikroOrmStore(orm), models });
  await deedlog.run({ actor: actor(), context: { tenant: 'acme' } }, async () => {
    await deedlog.trackActivity({ action: 'one.act' });
    await deedlog.trackActivity({ action: 'two.act', team: 'explicit' });
    await deedlog.trackLogin({ authType: 'jwt', actor: actor() });
    await deedlog.withIntent({ action: 'three.act' }, (audit) => audit.columns({ team: 'from the body' }));
  });
  const rows = await orm.em.fork().find(Team, {}, { orderBy: { id: 'asc' } });
  expect(rows.map(({ action, team }) => [action, team])).toEqual([
    ['one.act', 'acme'],
    ['two.act', 'explicit'],
    ['auth.login', 'acme'],
    ['three.act', 'from the body'],
  ]);
  expect(await orm.em.fork().count(ActivityEntity, {})).toBe(0);
  await deedlog.close();
});

test('an intent of a model is written in the transaction of its change, in one statement with records of other models', async () => {
  await using database = await qualityDatabase();
  const { orm, client } = database;
  await client.query('create table business (id int)');
  const deedlog = createDeedlog({ actor, store: mikroOrmStore(orm), models: { 'data-quality': Quality } });
  await deedlog.run({ actor: actor() }, async () => {
    await deedlog.withIntent({ action: 'dataset.check', model: 'data-quality', columns: { score: 4 } }, async (audit) => {
      audit.columns({ team: 'ops' });
      await orm.em.transactional((em) => em.execute('insert into business values (1)'));
    });
    const undone = deedlog.withIntent({ action: 'dataset.check', model: 'data-quality', columns: { team: 'ops' } }, () =>
      orm.em.transactional(async (em) => {
        await em.execute('insert into business values (2)');
        throw new Error('undo');
      }),
    );
    await expect(undone).rejects.toThrow('undo');
  });
  const rows = await orm.em.fork().find(Quality, {}, { orderBy: { id: 'asc' } });
  expect(rows.map(({ outcome, team, score }) => [outcome, team, score])).toEqual([
    ['success', 'ops', 4],
    ['failure', 'ops', null],
  ]);
  await deedlog.close();
});

test('a batch over several models is stored, all or none, each id once', async () => {
  await using database = await qualityDatabase();
  const { orm } = database;
  const memory = memoryStore();
  const source = createDeedlog({ actor, store: memory, models: { 'data-quality': Quality } });
  await source.run({ actor: actor() }, async () => {
    await source.trackActivity({ action: 'plain.act' });
    await source.trackActivity({ model: 'data-quality', action: 'dataset.check', team: 'ops' });
  });
  const store = mikroOrmStore(orm);
  const deedlog = createDeedlog({ actor, store, models: { 'data-quality': Quality } });
  const [plain, quality] = memory.activities;
  if (plain === undefined || quality === undefined) throw new Error('nothing recorded');
  expect(quality).toMatchObject({ model: 'data-quality', columns: { team: 'ops', score: null } });
  await expect(store.write([plain, { ...quality, columns: { team: null } }])).rejects.toThrow();
  expect(await orm.em.fork().count(ActivityEntity, {})).toBe(0);
  await store.write([plain, quality]);
  await store.write([quality, plain]);
  expect([await orm.em.fork().count(ActivityEntity, {}), await orm.em.fork().count(Quality, {})]).toEqual([1, 1]);
  await deedlog.close();
});

test('a missing column throws before anything is written, and rolls a change back where the policy is closed', async () => {
  await using database = await qualityDatabase();
  const { orm, client } = database;
  await client.query('create table business (id int)');
  const deedlog = createDeedlog({ actor, store: mikroOrmStore(orm), models: { default: Team } });
  const untyped = deedlog as unknown as { trackActivity(activity: object): Promise<unknown> };
  await deedlog.run({ actor: actor() }, async () => {
    await expect(untyped.trackActivity({ action: 'an.act' })).rejects.toMatchObject({ code: 'MODEL_COLUMN_MISSING', message: expect.stringContaining('team of model "default"') });
    const change = deedlog.withIntent({ action: 'an.act' }, () => orm.em.transactional((em) => em.execute('insert into business values (1)')));
    await expect(change).rejects.toMatchObject({ code: 'MODEL_COLUMN_MISSING' });
  });
  expect((await client.query('select * from business')).rows).toEqual([]);
  await deedlog.close();
});

test('after the act a missing column costs the column, not the record, which names the problem', async () => {
  await using database = await qualityDatabase();
  const { orm } = database;
  const problems: DeedlogError[] = [];
  const deedlog = createDeedlog({ actor, store: mikroOrmStore(orm), models: { default: Team }, onProblem: (problem) => void problems.push(problem) });
  await deedlog.run({ actor: actor() }, async () => {
    await deedlog.withIntent({ action: 'done.act' }, () => 1);
    await deedlog.withIntent({ action: 'failed.act' }, () => Promise.reject(new Error('no'))).catch(() => undefined);
    await deedlog.suppress('cleaning up', () => 1);
  });
  expect(problems.map(({ code }) => code)).toEqual(['MODEL_COLUMN_MISSING']);
  const rows = await orm.em.fork().find(Team, {}, { orderBy: { id: 'asc' } });
  expect(rows.map(({ action, team, metadata }) => [action, team, metadata[PROBLEMS_KEY]])).toEqual([
    ['done.act', null, ['MODEL_COLUMN_MISSING']],
    ['failed.act', null, undefined],
    ['deedlog.suppress', null, undefined],
  ]);
  await deedlog.close();
});

test('check names what is missing; the migration adds a column later and refuses another type', async () => {
  await using database = await testOrm([]);
  const { orm, client } = database;
  const check = async (properties: Parameters<typeof activityModel>[0]['properties']): Promise<string> => {
    const store = mikroOrmStore(orm);
    const deedlog = createDeedlog({ actor, store, models: { growing: activityModel({ name: 'Growing', table: 'growing', properties }) } });
    const found = await deedlog.check().then(() => 'ready', (error: DeedlogError) => error.message);
    await deedlog.close();
    return found;
  };
  const grow = (properties: Parameters<typeof activityModel>[0]['properties']): Promise<string[]> =>
    migrateDeedlog(orm, { models: [activityModel({ name: 'Growing', table: 'growing', properties })] });
  const first = { team: p.string().index() };
  expect(await check(first)).toContain('table deedlog.growing');
  expect(await Promise.all([grow(first), grow(first)])).toContainEqual([expect.stringMatching(/^model-growing-/)]);
  expect([await check(first), await grow(first)]).toEqual(['ready', []]);
  await client.query(`insert into deedlog.growing (id, occurred_at, recorded_at, action, outcome, context, metadata, observer, source, team)
    values (gen_random_uuid(), now(), now(), 'a.b', 'success', '{}', '{}', 'manual', 'app', 'ops')`);
  const second = { ...first, score: p.integer().nullable(), size: p.bigint() };
  expect(await check(second)).toContain('growing".score');
  expect(await grow(second)).toHaveLength(1);
  expect([await check(second), await grow(second)]).toEqual(['ready', []]);
  const nullable = { team: p.string().nullable(), size: p.bigint() };
  expect(await grow(nullable)).toHaveLength(1);
  expect([await check(nullable), await grow(nullable)]).toEqual(['ready', []]);
  const { rows } = await client.query(`select name from deedlog.migration where name like 'model-growing-%'`);
  expect(rows).toHaveLength(3);
  await expect(grow({ team: p.integer() })).rejects.toMatchObject({ code: 'POSTGRES_MODEL_CHANGED', message: expect.stringContaining('team is text, declared integer') });
  expect(await check({ team: p.integer() })).toContain('POSTGRES_MODEL_CHANGED');
});

test('the schema generator of the host leaves tables of models alone', async () => {
  await using database = await qualityDatabase();
  mikroOrmStore(database.orm);
  expect(await database.orm.schema.getUpdateSchemaSQL()).toBe('');
});

test('a store that does not know a model refuses its records instead of dropping their columns', async () => {
  await using database = await testOrm([]);
  const memory = memoryStore();
  const deedlog = createDeedlog({ actor, store: memory, models: { 'data-quality': Quality } });
  await deedlog.run({ actor: actor() }, () => deedlog.trackActivity({ model: 'data-quality', action: 'dataset.check', team: 'ops' }));
  await expect(mikroOrmStore(database.orm).write(memory.activities)).rejects.toMatchObject({ code: 'POSTGRES_MODEL_UNKNOWN' });
});

test('with a log in a database of its own, models go through the outbox with their columns', async () => {
  await using business = await testOrm([], { migrated: false });
  await using log = await testOrm([Quality], { migrated: false });
  const separate = separateLog({ business: business.orm, log: log.orm, models: { 'data-quality': Quality } });
  await separate.migrate();
  await business.client.query('create table business (id int)');
  const deedlog = createDeedlog({ actor, store: mikroOrmStore(business.orm, { log: separate }), models: { 'data-quality': Quality } });
  await deedlog.check();
  await deedlog.run({ actor: actor() }, async () => {
    await deedlog.trackActivity({ model: 'data-quality', action: 'dataset.check', team: 'direct' });
    await deedlog.withIntent({ action: 'dataset.check', model: 'data-quality', columns: { team: 'joined', score: 1 } }, () =>
      business.orm.em.transactional((em) => em.execute('insert into business values (1)')),
    );
  });
  expect(await separate.drain()).toMatchObject({ waiting: 0, refused: 0 });
  const rows = await log.orm.em.fork().find(Quality, {}, { orderBy: { id: 'asc' } });
  expect(rows.map(({ team, score }) => [team, score])).toEqual([['direct', null], ['joined', 1]]);
  await deedlog.close();
});
