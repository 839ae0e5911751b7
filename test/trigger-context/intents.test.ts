import { expect, test } from 'vitest';
import { kyselyOf } from './any-kysely.ts';
import { openTriggered, Note, Sample } from './triggered-ward.ts';

test('a flush, a bulk update, raw SQL and Kysely inside an intent all carry its id, and it is one record', async () => {
  await using ward = await openTriggered();
  await ward.weigh(async () => {
    const em = ward.orm.em.fork();
    em.create(Sample, { code: 'A' });
    await em.flush();
    await em.insertMany(Sample, [{ code: 'B' }, { code: 'C' }]);
    await em.nativeUpdate(Sample, { code: 'A' }, { weight: 1 });
    await em.execute(`update sample set weight = 2 where code = 'B'`);
    await em.createQueryBuilder(Sample).update({ weight: 3 }).where({ code: 'C' }).execute();
    const kysely = kyselyOf(ward);
    await kysely.updateTable('sample').set({ weight: 4 }).execute();
    await kysely.transaction().execute(async (inner) => {
      await inner.updateTable('sample').set({ weight: 5 }).execute();
    });
    await em.nativeDelete(Sample, { code: 'C' });
  });
  const activities = await ward.activities();
  expect(activities.map(({ action, actorId, observer }) => [action, actorId, observer])).toEqual([['sample.weigh', '7', 'manual']]);
  const effects = await ward.effects();
  expect(effects).toHaveLength(1 + 2 + 3 + 3 + 3 + 1);
  expect(new Set(effects.map(({ activityId }) => activityId))).toEqual(new Set([activities[0]?.id]));
  expect(ward.problems).toEqual([]);
});

test('what the subscriber sees stays with it, and a flush of both kinds is told once', async () => {
  await using ward = await openTriggered();
  await ward.weigh(async () => {
    const em = ward.orm.em.fork();
    em.create(Sample, { code: 'A' });
    em.create(Note, { text: 'heavy' });
    await em.flush();
  });
  const [activity, ...others] = await ward.activities();
  expect(others).toEqual([]);
  expect(await ward.effects()).toEqual([
    { op: 'I', table: 'public.sample', key: '1', activityId: activity?.id },
    { op: 'I', table: 'public.note', key: '1', activityId: activity?.id },
  ]);
});

test('an intent inside an open transaction has its own id, and the outer one has its id again afterwards', async () => {
  await using ward = await openTriggered();
  await ward.weigh(() =>
    ward.orm.em.fork().transactional(async (em) => {
      await em.execute(`insert into sample (code) values ('outer')`);
      await ward.deedlog.withIntent({ action: 'sample.label' }, async () => {
        await em.execute(`insert into sample (code) values ('inner')`);
      });
      await em.execute(`insert into sample (code) values ('outer again')`);
    }),
  );
  const byAction = new Map((await ward.activities()).map(({ id, action }) => [id, action]));
  expect((await ward.effects()).map(({ activityId }) => byAction.get(activityId ?? ''))).toEqual(['sample.weigh', 'sample.label', 'sample.weigh']);
});

test.for(['released', 'rolled back'] as const)('after a savepoint that was %s the outer intent has its id', async (how) => {
  await using ward = await openTriggered();
  await ward.weigh(() =>
    ward.orm.em.fork().transactional(async (em) => {
      await em.execute(`insert into sample (code) values ('before')`);
      const inner = ward.deedlog.withIntent({ action: 'sample.label' }, () =>
        em.transactional(async (nested) => {
          await nested.execute(`insert into sample (code) values ('inside')`);
          if (how === 'rolled back') throw new Error('no');
        }),
      );
      await inner.catch(() => undefined);
      await em.execute(`insert into sample (code) values ('after')`);
    }),
  );
  const byAction = new Map((await ward.activities()).map(({ id, action }) => [id, action]));
  const effects = (await ward.effects()).map(({ activityId }) => byAction.get(activityId ?? ''));
  expect(effects).toEqual(how === 'released' ? ['sample.weigh', 'sample.label', 'sample.weigh'] : ['sample.weigh', 'sample.weigh']);
});

test('two transactions of one intent, and intents side by side, do not mix', async () => {
  await using ward = await openTriggered();
  await Promise.all(
    Array.from({ length: 8 }, (_, number) =>
      ward.deedlog.withIntent({ action: `sample.step-${number}`, host: {} }, async () => {
        for (const part of ['a', 'b']) {
          await ward.orm.em.fork().transactional(async (em) => {
            em.create(Sample, { code: `step-${number}`, weight: part === 'a' ? 1 : 2 });
            await em.flush();
          });
        }
      }),
    ),
  );
  const rows = (
    await ward.client.query(
      `select a.action, s.code from deedlog.effect e join deedlog.activity a on a.id = e.activity_id join sample s on s.id::text = e.pk`,
    )
  ).rows;
  expect(rows).toHaveLength(16);
  for (const { action, code } of rows) expect(action).toBe(`sample.${String(code)}`);
});

test('outside everything the effects say that nobody is known', async () => {
  await using ward = await openTriggered();
  await ward.weigh(async () => {
    await ward.orm.em.fork().insert(Sample, { code: 'A' });
  });
  await ward.orm.em.fork().nativeUpdate(Sample, { code: 'A' }, { weight: 1 });
  await ward.client.query(`update sample set weight = 2`);
  expect((await ward.effects()).map(({ activityId }) => activityId === null)).toEqual([false, true, true]);
  expect(await ward.activities()).toHaveLength(1);
});

test('an autocommit write that fails leaves nothing, and its own error', async () => {
  await using ward = await openTriggered();
  const failing = ward.weigh(() => ward.orm.em.fork().execute(`insert into sample (code) values (null)`));
  await expect(failing).rejects.toThrow(/null value/);
  expect(await ward.effects()).toEqual([]);
  expect((await ward.activities()).map(({ outcome }) => outcome)).toEqual(['failure']);
});
