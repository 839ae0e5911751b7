import { createDeedlog, memoryStore, systemActor, userActor } from '@deedlog/core';
import type { Activity } from '@deedlog/core';
import { activityModel } from '@deedlog/mikro-orm';
import { p } from '@mikro-orm/core';
import { expect, test } from 'vitest';

const Quality = activityModel({ name: 'HelperQuality', table: 'helper_quality', properties: { team: p.string(), score: p.integer().nullable() } });
const target = { type: 'Dataset', id: 1 };
const ada = userActor('7');

function setUp() {
  const store = memoryStore();
  const deedlog = createDeedlog({ actor: () => ada, store, models: { quality: Quality, off: { model: activityModel({ name: 'O', table: 'o', properties: {} }), enabled: false } } });
  return { store, deedlog };
}

const told = ({ model, action, columns, changes, outcome }: Activity) => ({ model, action, columns, changes, outcome });

test('auditCreate, auditUpdate and auditDelete take a model and its columns', async () => {
  const { store, deedlog } = setUp();
  await deedlog.run({ actor: ada }, async () => {
    await deedlog.auditCreate({ model: 'quality', target, data: { rows: 1, secret: 'x' }, fields: ['rows'], team: 'ops' });
    await deedlog.auditUpdate({ model: 'quality', target, before: { rows: 1 }, data: { rows: 2 }, fields: ['rows'], team: 'ops', score: 3 });
    await deedlog.auditDelete({ model: 'quality', target, team: 'lab' });
    await deedlog.auditDelete({ target });
  });
  expect(store.activities.map(told)).toEqual([
    { model: 'quality', action: 'dataset.create', columns: { team: 'ops', score: null }, changes: { rows: { old: null, new: 1 } }, outcome: 'success' },
    { model: 'quality', action: 'dataset.update', columns: { team: 'ops', score: 3 }, changes: { rows: { old: 1, new: 2 } }, outcome: 'success' },
    { model: 'quality', action: 'dataset.delete', columns: { team: 'lab', score: null }, changes: null, outcome: 'success' },
    { model: 'default', action: 'dataset.delete', columns: null, changes: null, outcome: 'success' },
  ]);
});

test('trackLogin and trackLogout do, too', async () => {
  const { store, deedlog } = setUp();
  await deedlog.trackLogin({ model: 'quality', authType: 'jwt', actor: ada, sessionId: 's', team: 'ops' });
  await deedlog.trackLogin({ model: 'quality', outcome: 'failure', failureReason: 'expired', authType: 'jwt', team: 'ops', score: 1 });
  await deedlog.trackLogout({ model: 'quality', authType: 'jwt', actor: ada, team: 'lab' });
  expect(store.activities.map(told)).toMatchObject([
    { model: 'quality', action: 'auth.login', columns: { team: 'ops', score: null }, outcome: 'success' },
    { model: 'quality', action: 'auth.login', columns: { team: 'ops', score: 1 }, outcome: 'failure' },
    { model: 'quality', action: 'auth.logout', columns: { team: 'lab', score: null }, outcome: 'success' },
  ]);
  // Own columns stand in columns alone.
  expect(JSON.stringify(store.activities.map(({ metadata, context }) => [metadata, context]))).not.toContain('team');
});

test('a helper names the model of the open intent, or makes a record of its own where that is of another', async () => {
  const { store, deedlog } = setUp();
  await deedlog.run({ actor: systemActor('job') }, async () => {
    await deedlog.withIntent({ action: 'dataset.update' }, () => deedlog.auditUpdate({ model: 'quality', target, team: 'ops' }));
    await deedlog.withIntent({ action: 'dataset.update', model: 'quality', columns: { team: 'lab' } }, () => deedlog.auditUpdate({ model: 'default', target }));
    await deedlog.withIntent({ action: 'auth.login', model: 'quality', columns: { team: 'lab' } }, () => deedlog.trackLogin({ model: 'default', authType: 'jwt', actor: ada }));
  });
  expect(store.activities.map(told)).toMatchObject([
    { model: 'quality', action: 'dataset.update', columns: { team: 'ops', score: null } },
    { model: 'default', action: 'dataset.update', columns: null },
    { model: 'quality', action: 'dataset.update', columns: { team: 'lab', score: null } },
    { model: 'default', action: 'auth.login', columns: null },
    { model: 'quality', action: 'auth.login', columns: { team: 'lab', score: null } },
  ]);
});

test('a required column that is missing throws before anything is written; a model that is off is not recorded', async () => {
  const { store, deedlog } = setUp();
  const untyped = deedlog as unknown as { auditCreate(change: object): Promise<unknown>; trackLogout(logout: object): Promise<unknown> };
  await deedlog.run({ actor: ada }, async () => {
    await expect(untyped.auditCreate({ model: 'quality', target })).rejects.toMatchObject({ code: 'MODEL_COLUMN_MISSING' });
    await expect(untyped.trackLogout({ model: 'quality', authType: 'jwt' })).rejects.toMatchObject({ code: 'MODEL_COLUMN_MISSING' });
    await expect(untyped.trackLogout({ model: 'qualty', authType: 'jwt' })).rejects.toMatchObject({ code: 'MODEL_UNKNOWN' });
    expect(await deedlog.auditCreate({ model: 'off', target })).toMatchObject({ status: 'ignored' });
  });
  expect(store.activities).toEqual([]);
});

test.each(['data', 'before', 'fields', 'account'])('an own column cannot be called %s, which a helper is given for something else', (name) => {
  const make = (): unknown => activityModel({ name: 'Taken', table: 'taken', properties: { [name]: p.json() } });
  expect(make).toThrow(expect.objectContaining({ code: 'MODEL_INVALID', message: expect.stringContaining(`Taken.${name}`) }));
});
