import type { ClinicLog } from '../audit.ts';
import { adminRouter } from './admin-router.ts';
import { appointmentRouter } from './appointment-router.ts';
import { authRouter } from './auth-router.ts';
import { patientRouter } from './patient-router.ts';
import { prescriptionRouter } from './prescription-router.ts';
import { createProcedures } from './procedures.ts';
import { t } from './trpc.ts';

export function createAppRouter(deedlog: ClinicLog) {
  const procedures = createProcedures(deedlog);
  return t.router({
    auth: authRouter(procedures),
    patient: patientRouter(procedures),
    appointment: appointmentRouter(procedures),
    prescription: prescriptionRouter(procedures),
    admin: adminRouter(procedures),
  });
}

/** What a client imports, as a type. */
export type AppRouter = ReturnType<typeof createAppRouter>;
