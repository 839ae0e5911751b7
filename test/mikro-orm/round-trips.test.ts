import { expect, test } from 'vitest';
import { openClinic, Patient } from './clinic.ts';
import { listenToDriver } from './listen-to-driver.ts';
import type { Clinic } from './clinic.ts';
import { databaseKind } from '../support/database.ts';

/** The statements that reach the database while `body` runs, as the driver sends them. */
async function statementsOf(body: (clinic: Clinic) => Promise<void>): Promise<string[]> {
  await using clinic = await openClinic();
  await clinic.client.query(`insert into patient (name) values ('Ada')`);
  // The orm connects before its statements are counted.
  await clinic.orm.em.fork().count(Patient);
  const { sent, stop } = listenToDriver();
  await body(clinic);
  stop();
  return sent;
}

async function rename({ orm }: Clinic): Promise<void> {
  const em = orm.em.fork();
  (await em.findOneOrFail(Patient, { name: 'Ada' })).name = 'Grace';
  await em.flush();
}

// PGlite has no wire, so nothing to count there.
const onTheWire = test.skipIf(databaseKind === 'pglite');

onTheWire('an update of one row with its activity costs one statement more than without', async () => {
  const bare = await statementsOf(rename);
  const audited = await statementsOf((clinic) => clinic.admit(() => rename(clinic)));
  expect(bare).toHaveLength(4);
  expect(audited).toHaveLength(5);
  expect(audited.filter((statement) => statement.includes('deedlog'))).toEqual([expect.stringMatching(/select deedlog\.record\(/)]);
});

onTheWire('without an intent an update costs nothing more', async () => {
  expect(await statementsOf(rename)).toEqual(
    await statementsOf((clinic) => clinic.deedlog.run({ host: {} }, () => rename(clinic))),
  );
});

onTheWire('a deedlog that is switched off sends nothing', async () => {
  await using clinic = await openClinic({ enabled: false, orm: { migrated: false } });
  const { sent, stop } = listenToDriver();
  await clinic.admit(async () => {
    const em = clinic.orm.em.fork();
    em.create(Patient, { name: 'Ada' });
    await em.flush();
  });
  stop();
  expect(sent.some((statement) => statement.includes('insert into'))).toBe(true);
  expect(sent.filter((statement) => statement.includes('deedlog.'))).toEqual([]);
  expect(await clinic.patients()).toEqual(['Ada']);
});
