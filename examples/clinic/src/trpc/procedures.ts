import { auditMiddleware } from '@deedlog/trpc';
import { TRPCError } from '@trpc/server';
import type { ClinicLog } from '../audit.ts';
import { requireRole, requireSession } from '../auth/require.ts';
import { DomainError } from '../domain/domain-error.ts';
import { t } from './trpc.ts';

/** The base procedures. The path of a procedure is its action: `patient.create`. */
export function createProcedures(deedlog: ClinicLog) {
  // The one line: every mutation that is built from it is recorded, every query where it is marked.
  const audited = t.procedure.concat(auditMiddleware(deedlog));

  const open = audited.use(translateErrors).use(ownEntityManager);
  const signedIn = open.use(({ ctx, next }) => next({ ctx: { session: requireSession(ctx) } }));
  const admin = signedIn
    .use(({ ctx, next }) => {
      requireRole(ctx.session, 'admin');
      return next();
    })
    // The admin router is recorded whole, reading included.
    .concat(auditMiddleware(deedlog, { tool: 'admin', types: ['mutation', 'query'] }));
  return { open, signedIn, admin };
}

export type Procedures = ReturnType<typeof createProcedures>;

/** Calls of one batch run side by side and share the context; an EntityManager must not be shared. */
const ownEntityManager = t.middleware(({ ctx, next }) => next({ ctx: { em: ctx.em.fork() } }));

/** `CONFLICT` of the domain is tRPC's `CONFLICT`, to the client and to the log. */
const translateErrors = t.middleware(async ({ next }) => {
  const result = await next();
  if (!result.ok && result.error.cause instanceof DomainError) {
    const { cause } = result.error;
    throw new TRPCError({ code: cause.code, message: cause.message, cause });
  }
  return result;
});
