import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { z } from 'zod';
import { requireRole } from '../auth/require.ts';
import { Appointment } from '../entities/appointment.ts';
import type { Booking } from '../entities/appointment.ts';
import { Patient } from '../entities/patient.ts';
import { Staff } from '../entities/staff.ts';
import type { Act } from './act.ts';
import { DomainError } from './domain-error.ts';
import { found } from './found.ts';

export const bookingRequest = z.object({
  patientId: z.coerce.number().int(),
  doctorId: z.coerce.number().int(),
  startsAt: z.iso.datetime(),
});

export const appointmentId = z.object({ id: z.coerce.number().int() });

export async function bookAppointment({ em, session, audit }: Act, request: z.infer<typeof bookingRequest>): Promise<Booking> {
  requireRole(session, 'nurse', 'doctor');
  const patient = found(await em.findOne(Patient, request.patientId), 'patient');
  const doctor = found(await em.findOne(Staff, { id: request.doctorId, role: 'doctor' }), 'doctor');
  audit.related('patient', patient);
  audit.related('doctor', doctor);
  // For the slots of the message in the catalogue; nothing else of them is stored.
  audit.values({ patient, doctor });
  const appointment = em.create(Appointment, { patient, doctor, startsAt: new Date(request.startsAt) });
  try {
    await em.flush();
  } catch (error) {
    if (!(error instanceof UniqueConstraintViolationException)) throw error;
    throw new DomainError('CONFLICT', `${doctor.name} is already booked then.`, { cause: error });
  }
  return appointment;
}

export async function cancelAppointment({ em, session, audit }: Act, { id }: z.infer<typeof appointmentId>): Promise<void> {
  requireRole(session, 'nurse', 'doctor');
  const appointment = found(await em.findOne(Appointment, id, { populate: ['patient'] }), 'appointment');
  audit.related('patient', appointment.patient);
  em.remove(appointment);
  await em.flush();
}
