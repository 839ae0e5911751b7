import type { AuthType } from '@deedlog/core';
import type { Act } from '../domain/act.ts';
import { findLiveSession } from './sessions.ts';

/** Ends the session: from now on all tokens with its `jti` are refused, although they have not expired. */
export async function signOut({ em, deedlog, audit, session }: Omit<Act, 'jobs'>, authType: AuthType = 'jwt'): Promise<void> {
  const live = await findLiveSession(em, session.jti);
  // A request that came at the same time was faster.
  if (live === null) return;
  live.endedAt = new Date();
  audit.target(live.staff);
  await deedlog.trackLogout({ authType, sessionId: live.id });
  await em.flush();
}
