import { createPatient, deletePatient, patientChanges, patientDeletion, patientDetails, patientId, updatePatient, viewPatient } from '../domain/patients.ts';
import { Patient } from '../entities/patient.ts';
import type { Procedures } from './procedures.ts';
import { t } from './trpc.ts';

export function patientRouter({ signedIn }: Procedures) {
  return t.router({
    list: signedIn.query(async ({ ctx }) => {
      const patients = await ctx.em.find(Patient, {}, { orderBy: { id: 'asc' } });
      return patients.map(({ id, fileNumber }) => ({ id, fileNumber }));
    }),
    // Who read a file is worth a record: the mark makes a query audited.
    view: signedIn
      .meta({ audit: {} })
      .input(patientId)
      .query(async ({ ctx, input }) => {
        const { id, fileNumber, name, phone, diagnosis } = await viewPatient(ctx, input);
        return { id, fileNumber, name, phone, diagnosis };
      }),
    create: signedIn.input(patientDetails).mutation(async ({ ctx, input }) => {
      const { id, fileNumber } = await createPatient(ctx, input);
      return { id, fileNumber };
    }),
    update: signedIn.input(patientChanges).mutation(async ({ ctx, input }) => {
      await updatePatient(ctx, input);
    }),
    delete: signedIn.input(patientDeletion).mutation(({ ctx, input }) => deletePatient(ctx, input)),
  });
}
