import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { requireRole } from '../auth/require.ts';
import { Patient } from '../entities/patient.ts';
import type { PatientFile } from '../entities/patient.ts';
import type { Act } from './act.ts';
import { found } from './found.ts';

export const patientId = z.object({ id: z.coerce.number().int() });

export const patientDetails = z.object({
  name: z.string().min(1),
  phone: z.string().optional(),
  diagnosis: z.string().optional(),
});

/** What is left out stays as it is. */
export const patientChanges = patientId.extend({
  name: z.string().min(1).exactOptional(),
  phone: z.string().exactOptional(),
  diagnosis: z.string().exactOptional(),
});

export const patientDeletion = patientId.extend({ reason: z.string().min(1) });

export async function createPatient({ em, session }: Act, { name, phone, diagnosis }: z.infer<typeof patientDetails>): Promise<PatientFile> {
  requireRole(session, 'nurse', 'doctor');
  const patient = em.create(Patient, { fileNumber: newFileNumber(), name, phone: phone ?? null, diagnosis: diagnosis ?? null });
  await em.flush();
  return patient;
}

export async function updatePatient({ em, session, audit }: Act, { id, ...changes }: z.infer<typeof patientChanges>): Promise<PatientFile> {
  requireRole(session, 'nurse', 'doctor');
  const patient = found(await em.findOne(Patient, id), 'patient');
  // Also where nothing changes: the flush then names no target. What does change, the flush itself tells.
  audit.target(patient);
  em.assign(patient, changes);
  await em.flush();
  return patient;
}

export async function deletePatient({ em, session, audit }: Act, { id, reason }: z.infer<typeof patientDeletion>): Promise<void> {
  requireRole(session, 'doctor');
  const patient = found(await em.findOne(Patient, id), 'patient');
  audit.reason(reason);
  em.remove(patient);
  await em.flush();
}

export async function viewPatient({ em, audit }: Act, { id }: z.infer<typeof patientId>): Promise<PatientFile> {
  const patient = found(await em.findOne(Patient, id), 'patient');
  // A read changes nothing that would name the target.
  audit.target(patient);
  return patient;
}

function newFileNumber(): string {
  return `P-${randomBytes(3).toString('hex').toUpperCase()}`;
}
