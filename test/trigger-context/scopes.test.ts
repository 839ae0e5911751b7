import { expect, test } from 'vitest';
import { openTriggered, Sample } from './triggered-ward.ts';

test('without an intent the scope gets one record for a transaction that changed something', async () => {
  await using ward = await openTriggered();
  await ward.deedlog.run({ host: {}, context: { requestId: 'r1' } }, async () => {
    await ward.orm.em.fork().insert(Sample, { code: 'A' });
    await ward.orm.em.fork().transactional(async (em) => {
      await em.nativeUpdate(Sample, { code: 'A' }, { weight: 1 });
      await em.insert(Sample, { code: 'B' });
    });
    await ward.orm.em.fork().transactional((em) => em.find(Sample, {}));
  });
  const activities = await ward.activities();
  expect(activities.map(({ action, observer, actorId, targetType, targetId }) => [action, observer, actorId, targetType, targetId])).toEqual([
    ['sample.create', 'trigger', '7', 'Sample', '1'],
    ['sample.update', 'trigger', '7', null, null],
  ]);
  expect(activities[0]?.context).toMatchObject({ requestId: 'r1' });
  expect((await ward.effects()).map(({ activityId }) => activities.findIndex(({ id }) => id === activityId))).toEqual([0, 1, 1]);
});

test('a rolled back transaction leaves neither', async () => {
  await using ward = await openTriggered();
  await ward.deedlog.run({ host: {} }, async () => {
    const failing = ward.orm.em.fork().transactional(async (em) => {
      await em.insert(Sample, { code: 'A' });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
  });
  expect(await ward.activities()).toEqual([]);
  expect(await ward.effects()).toEqual([]);
});

test('an ignored and a skipped act leave the least record that their effects can point to', async () => {
  await using ward = await openTriggered({ ignore: { actions: ['sample.weigh'] } });
  await ward.weigh(() => ward.orm.em.fork().insert(Sample, { code: 'A' }));
  await ward.weigh(() => Promise.resolve());
  await ward.deedlog.withIntent({ action: 'sample.label', host: {} }, async (audit) => {
    await ward.orm.em.fork().transactional(async (em) => {
      await em.insert(Sample, { code: 'B' });
      audit.skip();
    });
  });
  const activities = await ward.activities();
  expect(activities.map(({ action, observer }) => [action, observer])).toEqual([
    ['sample.weigh', 'trigger'],
    ['sample.label', 'trigger'],
  ]);
  expect((await ward.effects()).map(({ activityId }) => activities.findIndex(({ id }) => id === activityId))).toEqual([0, 1]);
});

test('what is suppressed is not hidden from triggers: its effects belong to the record that says so', async () => {
  await using ward = await openTriggered();
  await ward.deedlog.run({ host: {} }, () => ward.deedlog.suppress('a correction', () => ward.orm.em.fork().insert(Sample, { code: 'A' })));
  const [activity] = await ward.activities();
  expect(activity?.action).toBe('deedlog.suppress');
  expect(await ward.effects()).toEqual([{ op: 'I', table: 'public.sample', key: '1', activityId: activity?.id }]);
});

test('while paused nobody is told of, and the effects say so', async () => {
  await using ward = await openTriggered();
  await ward.weigh(() => ward.deedlog.pause(() => ward.orm.em.fork().insert(Sample, { code: 'A' })));
  expect((await ward.effects()).map(({ activityId }) => activityId)).toEqual([null]);
});

test('a helper that comes after the fallback does not tell of the change again', async () => {
  await using ward = await openTriggered();
  await ward.deedlog.run({ host: {} }, async () => {
    await ward.orm.em.fork().insert(Sample, { code: 'A' });
    const receipt = await ward.deedlog.auditCreate({ target: { type: 'Sample', id: 1 } });
    expect(receipt.status).toBe('merged');
  });
  expect(await ward.activities()).toHaveLength(1);
});
