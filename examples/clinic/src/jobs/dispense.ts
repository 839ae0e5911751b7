import type { EntityManager } from '@mikro-orm/core';
import type { ClinicLog } from '../audit.ts';
import { found } from '../domain/found.ts';
import { Prescription } from '../entities/prescription.ts';

/** Prints the label of an approved prescription. The pharmacy acts, on behalf of the doctor who approved. */
export async function dispense(em: EntityManager, deedlog: ClinicLog, prescriptionId: number): Promise<void> {
  await deedlog.withIntent({ action: 'prescription.dispense' }, async (audit) => {
    const prescription = found(await em.findOne(Prescription, prescriptionId, { populate: ['patient'] }), 'prescription');
    audit.values({ patient: prescription.patient });
    prescription.status = 'dispensed';
    await em.flush();
  });
}
