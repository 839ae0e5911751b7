import { systemActor } from '@deedlog/core';
import type { EntityManager } from '@mikro-orm/core';
import type { ClinicLog } from '../audit.ts';
import { Patient } from '../entities/patient.ts';

/** Writes every telephone number in one form: too many records that say too little. One says that, why, and how many were left out. */
export async function unifyPhones(em: EntityManager, deedlog: ClinicLog): Promise<void> {
  await deedlog.run({ actor: systemActor('maintenance', { label: 'Maintenance' }) }, () =>
    deedlog.suppress('Ticket 4712: telephone numbers in one form', async () => {
      for (const patient of await em.find(Patient, { phone: { $ne: null } })) patient.phone = `+1 ${patient.phone}`;
      await em.flush();
    }),
  );
}
