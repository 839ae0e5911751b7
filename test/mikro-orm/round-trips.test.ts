import { expect, test } from 'vitest';
import { openClinic, Patient } from './clinic.ts';
import type { Clinic } from './clinic.ts';

/** The statements that MikroORM sends while `body` runs. */
async function statementsOf(body: (clinic: Clinic) => Promise<void>): Promise<string[]> {
  const lines: string[] = [];
  let recording = false;
  await using clinic = await openClinic({
    orm: { debug: ['query'], colors: false, logger: (line) => void (recording && lines.push(line)) },
  });
  await clinic.client.query(`insert into patient (name) values ('Ada')`);
  recording = true;
  await body(clinic);
  recording = false;
  return lines.map((line) => line.replace(/^\[query\] /, '').replace(/\s*\[took.*$/s, ''));
}

async function rename({ orm }: Clinic): Promise<void> {
  const em = orm.em.fork();
  (await em.findOneOrFail(Patient, { name: 'Ada' })).name = 'Grace';
  await em.flush();
}

test('an update of one row with its activity costs one statement more than without', async () => {
  const bare = await statementsOf(rename);
  const audited = await statementsOf((clinic) => clinic.admit(() => rename(clinic)));
  expect(bare).toHaveLength(4);
  expect(audited).toHaveLength(5);
  expect(audited.filter((line) => line.includes('deedlog'))).toEqual([audited.at(-2)]);
  expect(audited.at(-2)).toMatch(/^insert into deedlog\.activity/);
});

test('without an intent an update costs nothing more', async () => {
  expect(await statementsOf(rename)).toEqual(
    await statementsOf((clinic) => clinic.deedlog.run({ host: {} }, () => rename(clinic))),
  );
});

test('a deedlog that is switched off sends nothing', async () => {
  const lines: string[] = [];
  await using clinic = await openClinic({
    enabled: false,
    orm: { migrated: false, debug: ['query'], colors: false, logger: (line) => void lines.push(line) },
  });
  await clinic.admit(async () => {
    const em = clinic.orm.em.fork();
    em.create(Patient, { name: 'Ada' });
    await em.flush();
  });
  expect(lines.filter((line) => line.includes('deedlog.'))).toEqual([]);
  expect(await clinic.patients()).toEqual(['Ada']);
});
