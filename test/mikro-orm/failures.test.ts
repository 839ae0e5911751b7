import { describe, expect, test } from 'vitest';
import { openClinic, Patient } from './clinic.ts';
import type { Clinic } from './clinic.ts';

/** Ways in which the store breaks while the application runs. */
const CRASHES: readonly [name: string, sql: string][] = [
  ['its table is gone', 'alter table deedlog.activity rename to elsewhere'],
  ['a check refuses the row', `alter table deedlog.activity add constraint broken check (action = 'nothing')`],
];

async function admitAda({ orm, admit }: Clinic): Promise<string> {
  return await admit(async () => {
    const em = orm.em.fork();
    em.create(Patient, { name: 'Ada' });
    await em.flush();
    return 'admitted';
  });
}

describe.each(CRASHES)('when %s', (_, sql) => {
  test('closed: the change is rolled back with STORE_WRITE_FAILED', async () => {
    await using clinic = await openClinic();
    await clinic.client.query(sql);
    await expect(admitAda(clinic)).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED', cause: expect.anything() });
    expect(await clinic.patients()).toEqual([]);
  });

  test('closed: trackActivity in a transaction rolls the change back', async () => {
    await using clinic = await openClinic();
    await clinic.client.query(sql);
    const failed = clinic.deedlog.run({ host: {} }, () =>
      clinic.orm.em.transactional(async (em) => {
        em.create(Patient, { name: 'Ada' });
        await em.flush();
        await clinic.deedlog.trackActivity({ action: 'patient.admit' });
      }),
    );
    await expect(failed).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
    expect(await clinic.patients()).toEqual([]);
  });

  test('open: the change stays, the loss is reported and counted', async () => {
    await using clinic = await openClinic({ onFailure: 'open' });
    await clinic.client.query(sql);
    expect(await admitAda(clinic)).toBe('admitted');
    expect(await clinic.patients()).toEqual(['Ada']);
    expect(clinic.problems.map(({ code }) => code)).toContain('STORE_WRITE_FAILED');
    expect(clinic.deedlog.counters.lost).toBe(1);
  });

  test('outside a transaction the result of the caller is not masked', async () => {
    await using clinic = await openClinic();
    await clinic.client.query(sql);
    expect(await clinic.admit(() => Promise.resolve('a view'))).toBe('a view');
    await expect(clinic.admit(() => Promise.reject(new Error('his own')))).rejects.toThrow('his own');
    expect(clinic.problems.map(({ code }) => code)).toEqual(expect.arrayContaining(['STORE_WRITE_FAILED', 'STORE_WRITE_FAILED']));
  });

  test('a denied act that waited for the end of the transaction is reported, and the commit stands', async () => {
    await using clinic = await openClinic();
    await clinic.client.query(sql);
    await clinic.deedlog.run({ host: {} }, () =>
      clinic.orm.em.transactional(async (em) => {
        em.create(Patient, { name: 'Ada' });
        await em.flush();
        const receipt = await clinic.deedlog.trackActivity({ action: 'patient.delete', outcome: 'denied' });
        expect(receipt.status).toBe('deferred');
      }),
    );
    expect(await clinic.patients()).toEqual(['Ada']);
    expect(clinic.problems.map(({ code }) => code)).toEqual(['STORE_WRITE_FAILED']);
  });
});

test('after the store has recovered, the lost activities are recorded as a gap', async () => {
  await using clinic = await openClinic({ onFailure: 'open' });
  await clinic.client.query('alter table deedlog.activity rename to elsewhere');
  await admitAda(clinic);
  await clinic.client.query('alter table deedlog.elsewhere rename to activity');
  await admitAda(clinic);
  await clinic.deedlog.close();
  expect((await clinic.activities()).map(({ action }) => action).toSorted()).toEqual(['deedlog.gap', 'patient.admit']);
});
