import { RequestContext } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/core';
import { expect, test } from 'vitest';
import { openClinic, Patient } from './clinic.ts';
import { createDeedlog, userActor } from '@deedlog/core';
import { mikroOrmStore } from '@deedlog/mikro-orm';
import { testOrm } from '../support/database.ts';

async function create(em: EntityManager): Promise<void> {
  em.create(Patient, { name: 'Ada' });
  await em.flush();
}

test.each([
  ['fork', (em: EntityManager) => em.fork()],
  ['fork of a fork', (em: EntityManager) => em.fork().fork({ clear: false })],
  ['fork with a clone of the event manager', (em: EntityManager) => em.fork({ cloneEventManager: true })],
  ['fork with a fresh event manager', (em: EntityManager) => em.fork({ freshEventManager: true })],
])('the subscriber reaches a %s', async (_, fork) => {
  await using clinic = await openClinic();
  await clinic.admit(() => create(fork(clinic.orm.em)));
  expect(await clinic.activities()).toMatchObject([{ targetType: 'Patient' }]);
});

test('the subscriber reaches forks that were made before deedlog', async () => {
  await using database = await testOrm([Patient]);
  const early = database.orm.em.fork();
  const deedlog = createDeedlog({ actor: () => userActor(7), store: mikroOrmStore(database.orm) });
  await deedlog.withIntent({ action: 'patient.admit', host: {} }, () => create(early));
  expect((await database.client.query('select target_type from deedlog.activity')).rows).toEqual([{ target_type: 'Patient' }]);
});

test('in a request context, activities join the transaction of its EntityManager by themselves', async () => {
  await using clinic = await openClinic();
  const { orm, deedlog } = clinic;
  await RequestContext.create(orm.em, () =>
    deedlog.run({ host: {} }, async () => {
      await orm.em.begin();
      await create(orm.em);
      expect((await deedlog.trackActivity({ action: 'patient.view' })).status).toBe('joined');
      await orm.em.rollback();
      expect((await deedlog.trackActivity({ action: 'patient.print' })).status).toBe('stored');
    }),
  );
  expect((await clinic.activities()).map(({ action }) => action)).toEqual(['patient.print']);
  expect(await clinic.patients()).toEqual([]);
});

test('requests at the same time keep their records apart', async () => {
  await using clinic = await openClinic();
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      RequestContext.create(clinic.orm.em, () =>
        clinic.deedlog.withIntent({ action: 'patient.admit', host: {}, reason: `request ${index}` }, async () => {
          clinic.orm.em.create(Patient, { name: `patient ${index}` });
          await clinic.orm.em.flush();
        }),
      ),
    ),
  );
  const { rows } = await clinic.client.query(
    `select a.reason, p.name from deedlog.activity a join patient p on p.id::text = a.target_id`,
  );
  expect(rows.map(({ reason, name }) => [String(reason).split(' ')[1], String(name).split(' ')[1]]).filter(([a, b]) => a === b)).toHaveLength(20);
});

test('a transaction that is no EntityManager of this orm is refused', async () => {
  await using clinic = await openClinic();
  await using other = await testOrm([Patient]);
  const track = (transaction: unknown) =>
    clinic.deedlog.run({ host: {} }, () => clinic.deedlog.trackActivity({ action: 'patient.view' }, { transaction }));
  await expect(track('a transaction')).rejects.toMatchObject({ code: 'MIKRO_ORM_TRANSACTION_INVALID' });
  await expect(track(other.orm.em.fork())).rejects.toMatchObject({ code: 'MIKRO_ORM_TRANSACTION_INVALID' });
});
