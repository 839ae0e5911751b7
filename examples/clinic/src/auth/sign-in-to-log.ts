import { userActor } from '@deedlog/core';
import { DomainError } from '../domain/domain-error.ts';
import { actorOf } from './actor.ts';
import { LOG_READERS } from './log-policy.ts';
import { claimsOf, openSession } from './sessions.ts';
import { requireAccount } from './sign-in.ts';
import type { AuthAct, Credentials } from './sign-in.ts';

/** Opens a session for a browser and returns its token, for those who may read the log; `FORBIDDEN` for others, which is recorded. */
export async function signInToLog({ em, deedlog, tokens, audit }: AuthAct, given: Credentials): Promise<string> {
  const staff = await requireAccount({ em, deedlog }, given, 'session');
  audit.target(staff);
  if (!LOG_READERS.includes(staff.role)) {
    const actor = userActor(staff.id, { label: staff.name });
    await deedlog.trackLogin({ outcome: 'denied', authType: 'session', failureReason: 'FORBIDDEN', actor, account: staff });
    throw new DomainError('FORBIDDEN', `Only for: ${LOG_READERS.join(', ')}.`);
  }
  const session = openSession(em, staff);
  await deedlog.trackLogin({ actor: actorOf(claimsOf(session)), authType: 'session', sessionId: session.id });
  await em.flush();
  return tokens.issue('viewer', claimsOf(session));
}
