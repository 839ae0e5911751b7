import { createDeedlog, userActor } from '@deedlog/core';
import { activityModel, auditLog, migrateDeedlog, mikroOrmStore } from '@deedlog/mikro-orm';
import { p } from '@mikro-orm/core';
import { expect, test } from 'vitest';
import { listenToDriver } from '../mikro-orm/listen-to-driver.ts';
import { databaseKind, testOrm } from '../support/database.ts';
import { plainTrigger } from './plain-trigger.ts';
import { openTriggered, Note, Sample } from './triggered-ward.ts';

test('an entity knows its log, newest first, whoever saw the changes', async () => {
  await using ward = await openTriggered();
  const { orm, deedlog } = ward;
  await ward.weigh(async () => {
    const em = orm.em.fork();
    em.create(Sample, { code: 'A' });
    em.create(Note, { text: 'one' });
    await em.flush();
  });
  const em = orm.em.fork();
  const sample = await em.findOneOrFail(Sample, { code: 'A' });
  const note = await em.findOneOrFail(Note, { text: 'one' });
  await deedlog.withIntent({ action: 'note.edit', host: {} }, async () => {
    note.text = 'two';
    await em.flush();
  });
  await deedlog.withIntent({ action: 'sample.inspect', target: sample, host: {} }, () => Promise.resolve());
  await ward.client.query('update sample set weight = 1');

  const told = (await auditLog(orm, sample)).map(({ activity, effects }) => [activity?.action ?? null, effects.map(({ op, table }) => `${op} ${table}`)]);
  expect(told).toEqual([
    [null, ['U public.sample']],
    ['sample.inspect', []],
    ['sample.weigh', ['I public.sample']],
  ]);
  const logs = await auditLog(orm, [note, sample]);
  expect(logs.get(note)?.map(({ activity }) => activity?.action)).toEqual(['note.edit', 'sample.weigh']);
  expect(logs.get(note)?.[0]?.effects).toMatchObject([{ op: 'U', key: '1', changes: { text: ['one', 'two'] } }]);
  expect(logs.get(sample)).toHaveLength(3);
  expect((await auditLog(orm, sample, { limit: 1 })).map(({ activity }) => activity)).toEqual([null]);
});

test('of no entities the log is empty, and of one that nobody touched', async () => {
  await using ward = await openTriggered();
  expect(await auditLog(ward.orm, [])).toEqual(new Map());
  const em = ward.orm.em.fork();
  em.create(Note, { text: 'one' });
  await ward.deedlog.pause(() => em.flush());
  const note = await em.findOneOrFail(Note, { text: 'one' });
  expect(await auditLog(ward.orm, note)).toEqual([]);
});

// PGlite has no wire, so nothing to count there.
test.skipIf(databaseKind === 'pglite')('many entities are one query', async () => {
  await using ward = await openTriggered();
  const em = ward.orm.em.fork();
  for (let number = 0; number < 50; number++) em.create(Note, { text: `${number}` });
  await ward.weigh(() => em.flush());
  const notes = await em.find(Note, {});
  const { sent, stop } = listenToDriver();
  const logs = await auditLog(ward.orm, notes);
  stop();
  expect(sent).toHaveLength(1);
  expect([...logs.values()].map((log) => log.length)).toEqual(notes.map(() => 1));
});

test('an activity of a model is in the log with its own columns, one that changed the row and one that names it', async () => {
  const Weighing = activityModel({ name: 'Weighing', table: 'weighing', properties: { scale: p.string(), grams: p.bigint().nullable(), doneAt: p.datetime().nullable() } });
  await using database = await testOrm([Sample, Note, Weighing]);
  const { orm } = database;
  await migrateDeedlog(orm, { models: [Weighing] });
  await plainTrigger(database.client, 'sample');
  const deedlog = createDeedlog({ actor: () => userActor(7), store: mikroOrmStore(orm), models: { weighing: Weighing } });
  const doneAt = new Date('2026-02-03T04:05:06.789Z');
  await deedlog.withIntent({ action: 'sample.weigh', host: {}, model: 'weighing', columns: { scale: 'A', grams: 9007199254740993n, doneAt } }, () => orm.em.fork().insert(Sample, { code: 'A' }));
  const sample = await orm.em.fork().findOneOrFail(Sample, { code: 'A' });
  await deedlog.run({ host: {} }, () => deedlog.trackActivity({ model: 'weighing', action: 'sample.check', target: sample, scale: 'B' }));
  await deedlog.run({ host: {} }, () => deedlog.trackActivity({ action: 'sample.inspect', target: sample }));
  const log = await auditLog(orm, sample);
  expect(log.map(({ activity, effects }) => [activity?.model, activity?.action, activity?.columns, effects.length])).toEqual([
    ['default', 'sample.inspect', null, 0],
    ['weighing', 'sample.check', { scale: 'B', grams: null, doneAt: null }, 0],
    ['weighing', 'sample.weigh', { scale: 'A', grams: '9007199254740993', doneAt: '2026-02-03T04:05:06.789Z' }, 1],
  ]);
  await deedlog.close();
});
