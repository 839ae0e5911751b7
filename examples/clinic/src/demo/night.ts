import { userActor } from '@deedlog/core';
import type { Clinic } from '../clinic.ts';
import { changeByHand } from '../jobs/by-hand.ts';
import { checkFiles } from '../jobs/check-files.ts';
import { postponeAppointments } from '../jobs/postpone-appointments.ts';
import { renameMedicine } from '../jobs/rename-medicine.ts';
import { takeStock } from '../jobs/take-stock.ts';
import { unifyPhones } from '../jobs/unify-phones.ts';

// Ids of the seed.
const [AMOXICILLIN, IBUPROFEN] = [1, 2];
const [ADA, IRIS] = [1, 3];

/** What happens when nobody is at the desk: jobs, scripts that somebody runs from a shell, a mass correction, and one change past everything. */
export async function playTheNight({ orm, deedlog }: Pick<Clinic, 'orm' | 'deedlog'>): Promise<void> {
  await takeStock(orm.em.fork(), deedlog, new Map([[AMOXICILLIN, 7]]));
  await renameMedicine(orm.em.fork(), IBUPROFEN, 'Ibuprofen 400');
  await unifyPhones(orm.em.fork(), deedlog);
  await checkFiles(orm.em.fork(), deedlog);
  const [from, until] = [new Date('2031-03-03'), new Date('2031-03-04')];
  const by = userActor(IRIS, { label: 'Iris Novak' });
  await postponeAppointments(orm.em.fork(), deedlog, { by, doctorId: ADA, from, until, reason: 'Ada is ill' });
  await changeByHand(orm);
}
