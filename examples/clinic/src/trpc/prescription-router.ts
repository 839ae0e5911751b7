import { approval, approvePrescription, createPrescription, newPrescription } from '../domain/prescriptions.ts';
import type { Procedures } from './procedures.ts';
import { t } from './trpc.ts';

export function prescriptionRouter({ signedIn }: Procedures) {
  return t.router({
    create: signedIn.input(newPrescription).mutation(async ({ ctx, input }) => {
      const { id } = await createPrescription(ctx, input);
      return { id };
    }),
    approve: signedIn.input(approval).mutation(async ({ ctx, input }) => {
      const { status } = await approvePrescription(ctx, input);
      return { status };
    }),
  });
}
