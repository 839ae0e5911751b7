import type { MikroORM } from '@mikro-orm/core';
import type { ClinicLog } from './audit.ts';
import { hashPassword } from './auth/password.ts';
import { Medicine } from './entities/medicine.ts';
import { Patient } from './entities/patient.ts';
import { Staff } from './entities/staff.ts';

/** Everybody's password in this example. */
export const SEED_PASSWORD = 'correct horse battery staple';

/** Who may read the log: an admin, who sees everything in it. */
export const LOG_READER = 'iris@clinic.example';

/** Fictional people, if nobody is there yet. Nobody did this, so nothing of it is recorded. */
export async function seed(orm: MikroORM, deedlog: ClinicLog): Promise<void> {
  await deedlog.pause(async () => {
    const em = orm.em.fork();
    if ((await em.count(Staff)) > 0) return;
    const passwordHash = await hashPassword(SEED_PASSWORD);
    em.create(Staff, { email: 'ada@clinic.example', name: 'Ada Okafor', role: 'doctor', passwordHash });
    em.create(Staff, { email: 'ben@clinic.example', name: 'Ben Castillo', role: 'nurse', passwordHash });
    em.create(Staff, { email: LOG_READER, name: 'Iris Novak', role: 'admin', passwordHash });
    em.create(Staff, { email: 'olu@clinic.example', name: 'Olu Adeyemi', role: 'auditor', passwordHash });
    em.create(Patient, { fileNumber: 'P-0001', name: 'Mina Harker', phone: '555-0101', diagnosis: 'Anaemia' });
    em.create(Patient, { fileNumber: 'P-0002', name: 'Arthur Dent', phone: '555-0102', diagnosis: null });
    em.create(Medicine, { name: 'Amoxicillin', stock: 10 });
    em.create(Medicine, { name: 'Ibuprofen', stock: 100 });
    await em.flush();
  });
}
