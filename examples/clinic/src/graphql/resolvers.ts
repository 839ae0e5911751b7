import { requireSession } from '../auth/require.ts';
import { appointmentId, bookAppointment, bookingRequest, cancelAppointment } from '../domain/appointments.ts';
import { createPatient, patientDetails, patientId, viewPatient } from '../domain/patients.ts';
import { approval, approvePrescription, createPrescription, newPrescription } from '../domain/prescriptions.ts';
import type { Booking } from '../entities/appointment.ts';
import { Patient } from '../entities/patient.ts';
import { act } from './act-resolver.ts';
import type { GraphqlContext } from './graphql-context.ts';

/** The same domain functions as behind tRPC: their records differ in the observer only. */
export const resolvers = {
  Query: {
    patient: act(patientId, viewPatient),
    patients: async (_parent: unknown, _args: unknown, context: GraphqlContext) => {
      requireSession(context);
      return context.em.find(Patient, {}, { orderBy: { id: 'asc' } });
    },
  },
  Mutation: {
    createPatient: act(patientDetails, createPatient),
    bookAppointment: act(bookingRequest, bookAppointment),
    cancelAppointment: act(appointmentId, async (one, input) => {
      await cancelAppointment(one, input);
      return true;
    }),
    prescribe: act(newPrescription, createPrescription),
    approvePrescription: act(approval, approvePrescription),
  },
  Appointment: {
    startsAt: ({ startsAt }: Booking) => startsAt.toISOString(),
  },
};
