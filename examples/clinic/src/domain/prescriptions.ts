import { CheckConstraintViolationException, LockMode } from '@mikro-orm/core';
import { z } from 'zod';
import { requireRole } from '../auth/require.ts';
import { Medicine } from '../entities/medicine.ts';
import { Patient } from '../entities/patient.ts';
import { Prescription } from '../entities/prescription.ts';
import type { PrescriptionSheet } from '../entities/prescription.ts';
import { Staff } from '../entities/staff.ts';
import type { Act } from './act.ts';
import { DomainError } from './domain-error.ts';
import { found } from './found.ts';

export const newPrescription = z.object({
  patientId: z.coerce.number().int(),
  medicineId: z.coerce.number().int(),
  packs: z.number().int().positive(),
});

export const approval = z.object({ id: z.coerce.number().int(), reason: z.string().min(1) });

export async function createPrescription(
  { em, session, audit }: Act,
  { patientId, medicineId, packs }: z.infer<typeof newPrescription>,
): Promise<PrescriptionSheet> {
  requireRole(session, 'doctor');
  const patient = found(await em.findOne(Patient, patientId), 'patient');
  const medicine = found(await em.findOne(Medicine, medicineId), 'medicine');
  audit.related('patient', patient);
  audit.metadata({ medicine: medicine.name, packs });
  const prescription = em.create(Prescription, { patient, medicine, packs, prescribedBy: em.getReference(Staff, Number(session.sub)) });
  await em.flush();
  return prescription;
}

/** Approves and takes the packs off the shelf, in one transaction; then queues the label. */
export async function approvePrescription({ em, session, audit, jobs }: Act, { id, reason }: z.infer<typeof approval>): Promise<PrescriptionSheet> {
  requireRole(session, 'doctor');
  audit.reason(reason);
  const approved = await em.transactional(async (tx) => {
    const prescription = found(await tx.findOne(Prescription, id, { populate: ['patient'] }), 'prescription');
    const medicine = await tx.findOneOrFail(Medicine, prescription.medicine.id, { lockMode: LockMode.PESSIMISTIC_WRITE });
    audit.target(prescription);
    audit.values({ medicine, patient: prescription.patient, packs: prescription.packs });
    if (prescription.status !== 'draft') throw new DomainError('CONFLICT', 'It has been approved before.');
    prescription.status = 'approved';
    medicine.stock -= prescription.packs;
    return prescription;
  }).catch(refuseEmptyShelf);
  await jobs.enqueue({ name: 'dispense', prescriptionId: id });
  return approved;
}

function refuseEmptyShelf(error: unknown): never {
  if (!(error instanceof CheckConstraintViolationException)) throw error;
  throw new DomainError('CONFLICT', 'There are not that many packs on the shelf.', { cause: error });
}
