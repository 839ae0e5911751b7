import { Migration, Migrator } from '@mikro-orm/migrations';
import { expect, test } from 'vitest';
import { openClinic, Patient } from './clinic.ts';
import type { Clinic } from './clinic.ts';

let open: Clinic | undefined;

/** A migration of the host that writes by SQL, through an EntityManager, and even through deedlog. */
class FillClinic extends Migration {
  override async up(): Promise<void> {
    this.addSql(`insert into ward (name) values ('North')`);
    const em = open?.orm.em.fork();
    em?.create(Patient, { name: 'Ada' });
    await em?.flush();
    await open?.deedlog.trackActivity({ action: 'patient.import' });
  }
  /** Else the migrator's transaction holds the one connection of PGlite, and the flush waits for ever. */
  override isTransactional(): boolean {
    return false;
  }
}

class AddColumn extends Migration {
  override up(): void {
    this.addSql('alter table ward add column floor int');
  }
}

async function clinicWith(...migrations: (new (...given: never[]) => Migration)[]): Promise<Clinic> {
  open = await openClinic({
    orm: {
      extensions: [Migrator],
      logger: () => undefined,
      migrations: { snapshot: false, allOrNothing: false, migrationsList: migrations.map((migration) => ({ name: migration.name, class: migration as never })) },
    },
  });
  return open;
}

test('nothing is recorded while migrations run in deedlog.pause', async () => {
  await using clinic = await clinicWith(FillClinic);
  await clinic.deedlog.run({ host: {} }, () =>
    clinic.deedlog.withIntent({ action: 'clinic.migrate' }, async () => {
      await clinic.deedlog.pause(() => clinic.orm.migrator.up());
      clinic.deedlog.audit.skip();
    }),
  );
  expect(await clinic.patients()).toEqual(['Ada']);
  expect(await clinic.activities()).toEqual([]);
});

test('without the pause, the same migration is recorded', async () => {
  await using clinic = await clinicWith(FillClinic);
  await clinic.deedlog.run({ host: {} }, () => clinic.orm.migrator.up());
  expect(await clinic.activities()).toMatchObject([{ action: 'patient.import' }]);
});

test('a migration by SQL is not seen as a transaction of the host at all', async () => {
  await using clinic = await clinicWith(AddColumn);
  await clinic.orm.migrator.up();
  expect(await clinic.activities()).toEqual([]);
  expect(clinic.deedlog.counters.stored).toBe(0);
});

test('the migrator of the host sees no difference in schema deedlog', async () => {
  await using clinic = await clinicWith();
  expect(await clinic.orm.migrator.checkSchema()).toBe(false);
});
