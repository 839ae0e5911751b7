import { z } from 'zod';
import { impersonate, impersonation } from '../auth/impersonate.ts';
import { addStaff, newStaff, roleChange, setRole } from '../domain/staff.ts';
import { latestActivities } from '../log.ts';
import type { Procedures } from './procedures.ts';
import { t } from './trpc.ts';

/** Audited whole, by its base procedure: `admin.addStaff` is recorded as `admin.add-staff`. */
export function adminRouter({ admin }: Procedures) {
  return t.router({
    addStaff: admin
      .meta({ audit: { input: ['role'] } })
      .input(newStaff)
      .mutation(async ({ ctx, input }) => {
        const { id } = await addStaff(ctx, input);
        return { id };
      }),
    setRole: admin.input(roleChange).mutation(({ ctx, input }) => setRole(ctx, input)),
    impersonate: admin.input(impersonation).mutation(({ ctx, input }) => impersonate(ctx, input)),
    activities: admin
      .meta({ audit: { input: ['limit'] } })
      .input(z.object({ limit: z.number().int().min(1).max(100).default(20) }))
      .query(({ ctx, input }) => latestActivities(ctx.em, input.limit)),
  });
}
