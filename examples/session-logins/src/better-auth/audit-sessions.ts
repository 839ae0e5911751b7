import type { BetterAuthPlugin } from 'better-auth';
import { createAuthMiddleware } from 'better-auth/api';
import { findLogin } from './find-login.ts';
import type { Log } from './log.ts';
import { recordEnd } from './record-end.ts';
import { recordSignUp } from './record-sign-up.ts';

/** A plugin that records what better-auth does with sessions. The last in the list, so that it sees what the others made of a login. */
export function auditSessions(deedlog: Log): BetterAuthPlugin {
  const after = createAuthMiddleware(async (ctx) => {
    const login = await findLogin(ctx);
    if (login !== undefined) await deedlog.trackLogin(login);
  });
  return {
    id: 'deedlog',
    // After every endpoint, when its session and cookie are there, or it has failed.
    hooks: { after: [{ matcher: () => true, handler: after }] },
    // Whichever endpoint ends a session or makes a user.
    init: () => ({
      options: {
        databaseHooks: {
          user: { create: { after: (user, ctx) => recordSignUp(deedlog, user, ctx) } },
          session: { delete: { after: (session, ctx) => recordEnd(deedlog, session, ctx) } },
        },
      },
    }),
  };
}
