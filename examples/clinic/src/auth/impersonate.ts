import { z } from 'zod';
import type { AppContext } from '../context.ts';
import type { Act } from '../domain/act.ts';
import { DomainError } from '../domain/domain-error.ts';
import { found } from '../domain/found.ts';
import { Staff } from '../entities/staff.ts';
import { actorOf } from './actor.ts';
import { claimsOf, issuePair, openSession } from './sessions.ts';
import type { TokenPair } from './sessions.ts';

export const impersonation = z.object({ id: z.number().int(), reason: z.string().min(1) });

/** An admin acts for somebody else, with that one's rights; every record then names both. */
export async function impersonate(
  { em, deedlog, tokens, audit, session: admin }: Act & Pick<AppContext, 'tokens'>,
  { id, reason }: z.infer<typeof impersonation>,
): Promise<TokenPair> {
  if (admin.act !== undefined) throw new DomainError('FORBIDDEN', 'Stop the other impersonation first.');
  const staff = found(await em.findOne(Staff, id), 'staff member');
  const session = openSession(em, staff, await em.findOneOrFail(Staff, Number(admin.sub)));
  audit.target(staff);
  audit.reason(reason);
  await deedlog.trackLogin({ grant: 'impersonate', actor: actorOf(claimsOf(session)), authType: 'jwt', sessionId: session.id });
  await em.flush();
  return issuePair(tokens, session);
}
