import type { Clinic } from '../clinic.ts';
import { checkFiles } from '../jobs/check-files.ts';
import { renameMedicine } from '../jobs/rename-medicine.ts';
import { takeStock } from '../jobs/take-stock.ts';
import { unifyPhones } from '../jobs/unify-phones.ts';

// Ids of the seed.
const [AMOXICILLIN, IBUPROFEN] = [1, 2];

/** What happens when nobody is at the desk: two jobs, a script that somebody runs from a shell, a mass correction. */
export async function playTheNight({ orm, deedlog }: Pick<Clinic, 'orm' | 'deedlog'>): Promise<void> {
  await takeStock(orm.em.fork(), deedlog, new Map([[AMOXICILLIN, 7]]));
  await renameMedicine(orm.em.fork(), IBUPROFEN, 'Ibuprofen 400');
  await unifyPhones(orm.em.fork(), deedlog);
  await checkFiles(orm.em.fork(), deedlog);
}
