import { appointmentId, bookAppointment, bookingRequest, cancelAppointment } from '../domain/appointments.ts';
import type { Procedures } from './procedures.ts';
import { t } from './trpc.ts';

export function appointmentRouter({ signedIn }: Procedures) {
  return t.router({
    // What of the validated input may be stored is named; the rest is not.
    book: signedIn
      .meta({ audit: { input: ['startsAt'] } })
      .input(bookingRequest)
      .mutation(async ({ ctx, input }) => {
        const { id } = await bookAppointment(ctx, input);
        return { id };
      }),
    cancel: signedIn.input(appointmentId).mutation(({ ctx, input }) => cancelAppointment(ctx, input)),
  });
}
