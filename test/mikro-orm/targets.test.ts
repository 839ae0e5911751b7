import { createDeedlog, userActor } from '@deedlog/core';
import { mikroOrmStore } from '@deedlog/mikro-orm';
import { ref } from '@mikro-orm/core';
import { expect, test } from 'vitest';
import { openClinic, Patient, Stay, Tag, Ward } from './clinic.ts';
import type { PatientEntity } from './clinic.ts';

test('the entity that the flush changes becomes the target, with the serial key that it got', async () => {
  await using clinic = await openClinic();
  await clinic.admit(async () => {
    const em = clinic.orm.em.fork();
    const ward = em.create(Ward, { name: 'North' });
    em.create(Patient, { name: 'Ada', ward });
    await em.flush();
  });
  await clinic.admit(async () => {
    const em = clinic.orm.em.fork();
    (await em.findOneOrFail(Patient, { name: 'Ada' })).name = 'Ada L.';
    await em.flush();
  });
  await clinic.admit(async () => {
    const em = clinic.orm.em.fork();
    em.remove(await em.findOneOrFail(Patient, { name: 'Ada L.' }));
    await em.flush();
  });
  expect((await clinic.activities()).map(({ targetType, targetId }) => [targetType, targetId])).toEqual([
    ['Ward', '1'],
    ['Patient', '1'],
    ['Patient', '1'],
  ]);
});

test('a row of a pivot table is no target', async () => {
  await using clinic = await openClinic();
  const em = clinic.orm.em.fork();
  const [patient, tag] = [em.create(Patient, { name: 'Ada' }), em.create(Tag, { name: 'vip' })];
  await em.flush();
  await clinic.admit(async () => {
    patient.tags.add(tag);
    await em.flush();
  });
  expect(await clinic.activities()).toMatchObject([{ targetType: null, targetId: null }]);
});

test('what a failed flush would have changed is no target: the retry that succeeds is', async () => {
  await using clinic = await openClinic();
  await clinic.orm.em.fork().insert(Ward, { id: 1, name: 'North' });
  await clinic.admit(async () => {
    const refused = clinic.orm.em.fork();
    refused.create(Ward, { id: 1, name: 'Taken' });
    await expect(refused.flush()).rejects.toThrow();
    const em = clinic.orm.em.fork();
    em.create(Ward, { name: 'South', id: 2 });
    await em.flush();
  });
  expect(await clinic.activities()).toMatchObject([{ outcome: 'success', targetType: 'Ward', targetId: '2', metadata: {} }]);
  expect(clinic.problems).toEqual([]);
});

test('what a savepoint rolled back is no target, what the transaction around it changed is', async () => {
  await using clinic = await openClinic();
  await clinic.admit(() =>
    clinic.orm.em.fork().transactional(async (em) => {
      const undone = em.transactional(async (inner) => {
        inner.create(Ward, { name: 'Undone' });
        await inner.flush();
        throw new Error('undo');
      });
      await expect(undone).rejects.toThrow('undo');
      em.create(Patient, { name: 'Ada' });
    }),
  );
  expect(await clinic.activities()).toMatchObject([{ targetType: 'Patient' }]);
});

test('a target that was named wins over the changed entity', async () => {
  await using clinic = await openClinic();
  await clinic.admit(async () => {
    clinic.deedlog.audit.target({ type: 'Admission', id: 'A-1' });
    const em = clinic.orm.em.fork();
    em.create(Patient, { name: 'Ada' });
    await em.flush();
  });
  expect(await clinic.activities()).toMatchObject([{ targetType: 'Admission', targetId: 'A-1' }]);
});

test('entities, references and composite keys are described by name and key', async () => {
  await using clinic = await openClinic();
  const em = clinic.orm.em.fork();
  const patient = em.create(Patient, { name: 'Ada' });
  const stay = em.create(Stay, { patient, bed: 'B:12/é', nights: 3 });
  await em.flush();
  const track = (target: object) => clinic.deedlog.run({ host: {} }, () => clinic.deedlog.trackActivity({ action: 'a.view', target }));
  for (const target of [patient, ref(patient), em.getReference(Patient, 5), stay]) await track(target);
  expect((await clinic.activities()).map(({ targetType, targetId, targetLabel }) => [targetType, targetId, targetLabel])).toEqual([
    ['Patient', '1', null],
    ['Patient', '1', null],
    ['Patient', '5', null],
    ['Stay', '1:B%3A12%2F%C3%A9', null],
  ]);
});

test('a label comes from the option alone', async () => {
  await using clinic = await openClinic({ store: { label: { Patient: (patient: PatientEntity) => patient.name } } });
  await clinic.admit(async () => {
    const em = clinic.orm.em.fork();
    em.create(Patient, { name: 'Ada' });
    await em.flush();
  });
  expect(await clinic.activities()).toMatchObject([{ targetType: 'Patient', targetId: '1', targetLabel: 'Ada' }]);
});

test('a label for an entity that the orm does not know is refused at the start', async () => {
  await using clinic = await openClinic();
  expect(() => mikroOrmStore(clinic.orm, { label: { Patiant: () => 'x' } })).toThrow(
    expect.objectContaining({ code: 'MIKRO_ORM_MODEL_UNKNOWN', message: expect.stringContaining('"Patiant"') }),
  );
});

test('an entity without a key yet is refused with TARGET_INVALID', async () => {
  await using clinic = await openClinic();
  const unsaved = clinic.orm.em.fork().create(Patient, { name: 'Ada' });
  await expect(
    clinic.deedlog.run({ host: {} }, () => clinic.deedlog.trackActivity({ action: 'patient.view', target: unsaved })),
  ).rejects.toMatchObject({ code: 'TARGET_INVALID' });
});

test('two deedlogs on one orm are refused, one after the other is not', async () => {
  await using clinic = await openClinic();
  const again = () => createDeedlog({ actor: () => userActor(1), store: mikroOrmStore(clinic.orm) });
  expect(again).toThrow(expect.objectContaining({ code: 'MIKRO_ORM_ALREADY_CONNECTED' }));
  await clinic.deedlog.close();
  const second = again();
  await second.withIntent({ action: 'patient.admit', host: {} }, async () => {
    const em = clinic.orm.em.fork();
    em.create(Patient, { name: 'Ada' });
    await em.flush();
  });
  expect(await clinic.activities()).toMatchObject([{ actorId: '1', targetType: 'Patient' }]);
  await second.close();
});
