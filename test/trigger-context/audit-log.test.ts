import { auditLog } from '@deedlog/mikro-orm';
import { expect, test } from 'vitest';
import { listenToDriver } from '../mikro-orm/listen-to-driver.ts';
import { databaseKind } from '../support/database.ts';
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
