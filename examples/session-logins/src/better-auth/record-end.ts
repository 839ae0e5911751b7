import { systemActor } from '@deedlog/core';
import type { Actor } from '@deedlog/core';
import type { GenericEndpointContext, Session } from 'better-auth';
import type { Log } from './log.ts';
import { actorOf } from './signed-in.ts';

type Ended = Session & Readonly<Record<string, unknown>>;

/** Records that a session is over: signed out, revoked by whoever is signed in, or found to be expired, which nobody did. */
export async function recordEnd(deedlog: Log, session: Ended, ctx: GenericEndpointContext | null): Promise<void> {
  // Taken back within its login, before anybody had it: two-factor wants more than a password.
  if (ctx?.path?.startsWith('/sign-in/') === true) return;
  const { id, userId, expiresAt } = session;
  const expired = expiresAt <= new Date();
  const actor = expired ? undefined : whoEnded(session, ctx);
  await deedlog.trackLogout({
    actor: actor ?? systemActor('better-auth'),
    authType: 'session',
    sessionId: id,
    reason: expired ? 'expired' : undefined,
    metadata: actor?.id === userId ? {} : { owner: userId },
  });
}

/** At `/sign-out` the signed cookie and the row that it found say whose it was. */
function whoEnded(session: Ended, ctx: GenericEndpointContext | null): Actor | undefined {
  if (ctx?.path === '/sign-out') return actorOf({ session, user: { id: session.userId } });
  const signedIn = ctx?.context.session;
  return signedIn == null ? undefined : actorOf(signedIn);
}
