import { expect, test } from 'vitest';
import { kyselyOf } from './any-kysely.ts';
import { openTriggered, Sample } from './triggered-ward.ts';

test('a transaction of Kysely takes the record of the intent along, and its rollback takes it back', async () => {
  await using ward = await openTriggered();
  const kysely = kyselyOf(ward);
  const failing = ward.weigh(() =>
    kysely.transaction().execute(async (inner) => {
      await inner.insertInto('sample').values({ code: 'A' }).execute();
      throw new Error('no');
    }),
  );
  await expect(failing).rejects.toThrow('no');
  expect(await ward.effects()).toEqual([]);
  expect((await ward.activities()).map(({ outcome }) => outcome)).toEqual(['failure']);

  let written = -1;
  await ward.weigh(async () => {
    await kysely.transaction().execute(async (inner) => {
      await inner.insertInto('sample').values({ code: 'B' }).execute();
    });
    written = (await ward.activities()).length;
  });
  expect(written).toBe(2);
  const [, second] = await ward.activities();
  expect(await ward.effects()).toEqual([{ op: 'I', table: 'public.sample', key: '2', activityId: second?.id }]);
});

test('what is recorded inside a transaction of Kysely is in it, and what failed there outlives it', async () => {
  await using ward = await openTriggered();
  const kysely = kyselyOf(ward);
  const body = async (inner: ReturnType<typeof kyselyOf>): Promise<void> => {
    await inner.insertInto('sample').values({ code: 'A' }).execute();
    await ward.deedlog.withIntent({ action: 'sample.label' }, () => inner.updateTable('sample').set({ weight: 1 }).execute());
    await ward.deedlog.withIntent({ action: 'sample.fail' }, () => Promise.reject(new Error('no'))).catch(() => undefined);
  };
  await ward.weigh(() => kysely.transaction().execute(body));
  const undone = ward.weigh(() =>
    kysely.transaction().execute(async (inner) => {
      await body(inner);
      throw new Error('undone');
    }),
  );
  await expect(undone).rejects.toThrow('undone');
  await ward.deedlog.close();
  const activities = await ward.activities();
  expect(activities.map(({ action, outcome }) => `${action} ${outcome}`).toSorted()).toEqual([
    'sample.fail failure',
    'sample.fail failure',
    'sample.label success',
    'sample.weigh failure',
    'sample.weigh success',
  ]);
  const byId = new Map(activities.map(({ id, action, outcome }) => [id, `${action} ${outcome}`]));
  expect((await ward.effects()).map(({ activityId }) => byId.get(activityId ?? ''))).toEqual(['sample.weigh success', 'sample.label success']);
});

test('a refused record inside a transaction of Kysely undoes nothing that happens beside it', async () => {
  await using ward = await openTriggered({ onFailure: 'open' });
  await ward.client.query(`alter table deedlog.activity add constraint refuse check (action <> 'sample.label')`);
  await ward.weigh(() =>
    kyselyOf(ward)
      .transaction()
      .execute(async (inner) => {
        const insert = (): Promise<unknown> => inner.insertInto('sample').values({ code: 'A' }).execute();
        await Promise.all([insert(), ward.deedlog.trackActivity({ action: 'sample.label' }), insert(), insert()]);
      }),
  );
  expect(await ward.orm.em.fork().count(Sample)).toBe(3);
  expect(await ward.effects()).toHaveLength(3);
});

test('a transaction that Kysely is told to begin and to end is one as well', async () => {
  await using ward = await openTriggered();
  await ward.weigh(async () => {
    const undone = await kyselyOf(ward).startTransaction().execute();
    await undone.insertInto('sample').values({ code: 'A' }).execute();
    await undone.rollback().execute();
    const done = await kyselyOf(ward).startTransaction().execute();
    await done.insertInto('sample').values({ code: 'B' }).execute();
    await done.commit().execute();
  });
  const [activity, ...others] = await ward.activities();
  expect(others).toEqual([]);
  expect((await ward.effects()).map(({ activityId }) => activityId)).toEqual([activity?.id]);
});

test('Kysely with plugins, another schema or a connection of its own is the same Kysely', async () => {
  await using ward = await openTriggered();
  await ward.weigh(async () => {
    await kyselyOf(ward).withSchema('public').insertInto('sample').values({ code: 'A' }).execute();
    const converting = ward.orm.em.fork().getKysely({ columnNamingStrategy: 'property' }) as unknown as ReturnType<typeof kyselyOf>;
    await converting.transaction().execute(async (inner) => {
      await inner.insertInto('sample').values({ code: 'B' }).execute();
    });
    await kyselyOf(ward)
      .connection()
      .execute(async (held) => {
        await held.insertInto('sample').values({ code: 'C' }).execute();
      });
  });
  const [activity] = await ward.activities();
  expect((await ward.effects()).map(({ activityId }) => activityId)).toEqual([activity?.id, activity?.id, activity?.id]);
});

test('a record that the log refuses takes a bulk update of its own back', async () => {
  await using ward = await openTriggered();
  await ward.client.query(`alter table deedlog.activity add constraint refuse check (action <> 'sample.weigh')`);
  const refused = ward.weigh(() => ward.orm.em.fork().insert(Sample, { code: 'A' }));
  await expect(refused).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
  expect(await ward.effects()).toEqual([]);
  expect(await ward.orm.em.fork().count(Sample)).toBe(0);
});

test('under policy open the change stays, with the least record where even that much is possible', async () => {
  await using ward = await openTriggered({ onFailure: 'open' });
  await ward.client.query(`alter table deedlog.activity add constraint refuse check (reason is null)`);
  await ward.deedlog.withIntent({ action: 'sample.weigh', reason: 'refused', host: {} }, () => ward.orm.em.fork().insert(Sample, { code: 'A' }));
  await ward.deedlog.close();
  const activities = await ward.activities();
  // That something was lost stands in the log as well.
  expect(activities.map(({ action, observer }) => [action, observer])).toEqual([
    ['sample.weigh', 'trigger'],
    ['deedlog.gap', 'manual'],
  ]);
  expect((await ward.effects()).map(({ activityId }) => activityId)).toEqual([activities[0]?.id]);
  expect(ward.problems.map(({ code }) => code)).toContain('STORE_WRITE_FAILED');
});

test('a closed deedlog watches nothing any more, and an orm that connects again is watched', async () => {
  await using ward = await openTriggered();
  await ward.orm.reconnect();
  await ward.weigh(() => ward.orm.em.fork().insert(Sample, { code: 'A' }));
  await ward.deedlog.close();
  await ward.weigh(() => ward.orm.em.fork().insert(Sample, { code: 'B' })).catch(() => undefined);
  const [activity] = await ward.activities();
  expect((await ward.effects()).map(({ activityId }) => activityId)).toEqual([activity?.id, null]);
});

test('the record of the fallback reaches the sinks after the commit', async () => {
  const delivered: string[] = [];
  await using ward = await openTriggered({
    sinks: [{ name: 'list', write: (activities) => void delivered.push(...activities.map(({ action }) => action)) }],
  });
  await ward.deedlog.run({ host: {} }, () => ward.orm.em.fork().insert(Sample, { code: 'A' }));
  await ward.deedlog.close();
  expect(delivered).toEqual(['sample.create']);
});

test.for([
  `insert into sample (code) values ('x')`,
  `  -- a note\n/* another */ update sample set weight = 1`,
  `with moved as (update sample set weight = 2 returning id) select count(*) from moved`,
  `merge into sample using (select 'A' as code) as given on sample.code = given.code when matched then update set weight = 3`,
  `DELETE FROM sample`,
  `insert into sample (id, code) values (1, 'A') on conflict (id) do update set weight = 4`,
])('whatever a statement begins with, its effects carry the id: %s', async (sql) => {
  await using ward = await openTriggered();
  await ward.client.query(`insert into sample (code) values ('A')`);
  await ward.weigh(() => ward.orm.em.fork().execute(sql));
  const [activity] = await ward.activities();
  const [, ...effects] = await ward.effects();
  expect(effects.length).toBeGreaterThan(0);
  expect(new Set(effects.map(({ activityId }) => activityId))).toEqual(new Set([activity?.id]));
});

test('a change that a deferred constraint refuses at the commit leaves neither effect nor record of success', async () => {
  await using ward = await openTriggered();
  await ward.client.query('alter table sample add constraint one unique (code) deferrable initially deferred');
  const refused = ward.weigh(() => ward.orm.em.fork().insertMany(Sample, [{ code: 'A' }, { code: 'A' }]));
  await expect(refused).rejects.toThrow(/unique/);
  expect(await ward.effects()).toEqual([]);
  expect((await ward.activities()).map(({ outcome }) => outcome)).toEqual(['failure']);
  await ward.weigh(() => ward.orm.em.fork().insert(Sample, { code: 'A' }));
  expect(await ward.effects()).toHaveLength(1);
});
