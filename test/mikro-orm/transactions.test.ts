import type { EntityManager } from '@mikro-orm/postgresql';
import { TransactionPropagation } from '@mikro-orm/core';
import { describe, expect, test } from 'vitest';
import { openClinic, Patient } from './clinic.ts';
import type { Clinic } from './clinic.ts';

class Undo extends Error {}

type Work = (em: EntityManager) => Promise<void>;

/** Every way in which a host writes through MikroORM. Each runs `work` and commits; a throwing `work` rolls back. */
const WAYS: readonly [name: string, run: (clinic: Clinic, work: Work) => Promise<void>][] = [
  ['em.transactional', ({ orm }, work) => orm.em.transactional((em) => work(em as EntityManager))],
  ['em.transactional on a fork', ({ orm }, work) => orm.em.fork().transactional((em) => work(em as EntityManager))],
  [
    'em.begin and em.commit',
    async ({ orm }, work) => {
      const em = orm.em.fork() as EntityManager;
      await em.begin();
      try {
        await work(em);
        await em.commit();
      } catch (error) {
        await em.rollback();
        throw error;
      }
    },
  ],
  [
    'a nested em.transactional (savepoint)',
    ({ orm }, work) => orm.em.transactional((outer) => outer.transactional((em) => work(em as EntityManager))),
  ],
  [
    'propagation REQUIRED inside a transaction',
    ({ orm }, work) =>
      orm.em.transactional((outer) =>
        outer.transactional((em) => work(em as EntityManager), { propagation: TransactionPropagation.REQUIRED }),
      ),
  ],
];

const create: Work = async (em) => {
  em.create(Patient, { name: 'Ada' });
  await em.flush();
};

const WRITES: readonly [name: string, work: Work][] = [
  ['a flush', create],
  ['em.insert', async (em) => void (await em.insert(Patient, { name: 'Ada' }))],
  ['raw SQL', async (em) => void (await em.execute(`insert into patient (name) values ('Ada')`))],
];

describe.each(WAYS)('an intent around %s', (_, run) => {
  test.each(WRITES)('is stored with %s, in the same transaction', async (_name, work) => {
    await using clinic = await openClinic();
    await clinic.admit(() => run(clinic, work));
    expect(await clinic.activities()).toMatchObject([{ action: 'patient.admit', outcome: 'success', actorId: '7' }]);
    expect(await clinic.patients()).toEqual(['Ada']);
  });

  test.each(WRITES)('is a failure that survives when %s is rolled back', async (_name, work) => {
    await using clinic = await openClinic();
    const failed = clinic.admit(() =>
      run(clinic, async (em) => {
        await work(em);
        throw new Undo();
      }),
    );
    await expect(failed).rejects.toBeInstanceOf(Undo);
    expect(await clinic.activities()).toMatchObject([{ action: 'patient.admit', outcome: 'failure' }]);
    expect(await clinic.patients()).toEqual([]);
  });

  test('trackActivity commits and rolls back with it', async () => {
    await using clinic = await openClinic();
    const { deedlog } = clinic;
    const track = (action: string) => async (em: EntityManager) => {
      const receipt = await deedlog.run({ host: {} }, () => deedlog.trackActivity({ action }, { transaction: em }));
      expect(receipt.status).toBe('joined');
    };
    await run(clinic, track('patient.view'));
    await expect(
      run(clinic, async (em) => {
        await track('patient.print')(em);
        throw new Undo();
      }),
    ).rejects.toBeInstanceOf(Undo);
    expect((await clinic.activities()).map(({ action }) => action)).toEqual(['patient.view']);
  });

  test('a denied act inside survives the rollback, and is written once', async () => {
    await using clinic = await openClinic();
    const { deedlog } = clinic;
    const failed = run(clinic, async (em) => {
      await create(em);
      const receipt = await deedlog.run({ host: {} }, () =>
        deedlog.trackActivity({ action: 'patient.delete', outcome: 'denied' }, { transaction: em }),
      );
      expect(receipt.status).toBe('deferred');
      throw new Undo();
    });
    await expect(failed).rejects.toBeInstanceOf(Undo);
    expect(await clinic.activities()).toMatchObject([{ action: 'patient.delete', outcome: 'denied' }]);
    expect(await clinic.patients()).toEqual([]);
    expect(deedlog.counters.stored).toBe(1);
  });
});

test('an implicit transaction of em.flush commits the activity with the change', async () => {
  await using clinic = await openClinic();
  await clinic.admit(() => create(clinic.orm.em.fork() as EntityManager));
  const { rows } = await clinic.client.query('select a.xmin = p.xmin as same from deedlog.activity a, patient p');
  expect(rows).toEqual([{ same: true }]);
});

test('an intent that only reads in a transaction is stored on its own', async () => {
  await using clinic = await openClinic();
  await clinic.admit(() =>
    clinic.orm.em.transactional(async (em) => {
      expect(await em.count(Patient)).toBe(0);
    }),
  );
  expect(await clinic.activities()).toMatchObject([{ action: 'patient.admit', outcome: 'success' }]);
});

test('of two transactions in one intent, the first that writes carries the record', async () => {
  await using clinic = await openClinic();
  await clinic.admit(async () => {
    await clinic.orm.em.transactional(async (em) => void (await em.count(Patient)));
    await clinic.orm.em.transactional(async (em) => void (await em.nativeUpdate(Patient, {}, { name: 'nobody' })));
    await clinic.orm.em.transactional((em) => create(em as EntityManager));
    await clinic.orm.em.transactional((em) => create(em as EntityManager));
  });
  const { rows } = await clinic.client.query(
    'select p.id from deedlog.activity a join patient p on p.xmin = a.xmin',
  );
  expect(rows).toEqual([{ id: 1 }]);
  expect(await clinic.activities()).toHaveLength(1);
});

test('what was written in a savepoint that is rolled back goes, the rest stays', async () => {
  await using clinic = await openClinic();
  const { deedlog } = clinic;
  const track = (action: string, em: unknown) =>
    deedlog.run({ host: {} }, () => deedlog.trackActivity({ action }, { transaction: em }));
  await clinic.orm.em.transactional(async (outer) => {
    await track('step.one', outer);
    await outer.transactional(async (middle) => {
      await track('step.two', middle);
      await middle.transactional(async (inner) => void (await track('step.three', inner)));
      throw new Undo();
    }).catch(() => undefined);
    await outer.transactional(async (inner) => void (await track('step.four', inner)));
  });
  expect((await clinic.activities()).map(({ action }) => action).toSorted()).toEqual(['step.four', 'step.one']);
  // Only what is durable is counted and handed to sinks.
  expect(deedlog.counters.stored).toBe(2);
});

test('savepoints that are open at the same time keep their parents apart', async () => {
  await using clinic = await openClinic();
  const { deedlog, orm } = clinic;
  const run = (name: string, fails: boolean) =>
    orm.em.fork().transactional(async (outer) => {
      await outer.transactional(async (inner) => {
        await deedlog.run({ host: {} }, () => deedlog.trackActivity({ action: `step.${name}` }, { transaction: inner }));
      });
      if (fails) throw new Undo();
    });
  const ended = await Promise.allSettled([run('a', false), run('b', true), run('c', false)]);
  expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect((await clinic.activities()).map(({ action }) => action).toSorted()).toEqual(['step.a', 'step.c']);
  expect(deedlog.counters.stored).toBe(2);
});

test('a commit that the database refuses takes the success along; a failure is stored instead', async () => {
  await using clinic = await openClinic();
  await clinic.client.query(
    'alter table patient add constraint one_name unique (name) deferrable initially deferred',
  );
  const twice = clinic.admit(() =>
    clinic.orm.em.transactional(async (em) => {
      await create(em as EntityManager);
      await create(em as EntityManager);
    }),
  );
  await expect(twice).rejects.toThrow('one_name');
  expect(await clinic.activities()).toMatchObject([{ outcome: 'failure' }]);
  expect(await clinic.patients()).toEqual([]);
});
