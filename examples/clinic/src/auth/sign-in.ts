import type { Audit, AuthType } from '@deedlog/core';
import { z } from 'zod';
import type { AppContext } from '../context.ts';
import { DomainError } from '../domain/domain-error.ts';
import { Staff } from '../entities/staff.ts';
import type { StaffMember } from '../entities/staff.ts';
import { actorOf } from './actor.ts';
import { verifyPassword } from './password.ts';
import { claimsOf, issuePair, openSession } from './sessions.ts';
import type { TokenPair } from './sessions.ts';

export const credentials = z.object({ email: z.email(), password: z.string() });

/** What signing in and out needs: nobody need be signed in. */
export type AuthAct = Pick<AppContext, 'em' | 'deedlog' | 'tokens'> & { readonly audit: Audit };

export type Credentials = z.infer<typeof credentials>;

export async function signIn({ em, deedlog, tokens, audit }: AuthAct, given: Credentials): Promise<TokenPair> {
  const staff = await requireAccount({ em, deedlog }, given, 'password');
  const session = openSession(em, staff);
  audit.target(staff);
  // Before the flush: the session and the record of the login are stored together, or neither.
  await deedlog.trackLogin({ actor: actorOf(claimsOf(session)), authType: 'password', sessionId: session.id });
  await em.flush();
  return issuePair(tokens, session);
}

/** Whose e-mail address and password these are, or `UNAUTHORIZED`, which is recorded. */
export async function requireAccount({ em, deedlog }: Pick<AuthAct, 'em' | 'deedlog'>, { email, password }: Credentials, authType: AuthType): Promise<StaffMember> {
  const staff = await em.findOne(Staff, { email }, { populate: ['passwordHash'] });
  const right = await verifyPassword(password, staff?.passwordHash);
  if (staff === null || !right) {
    // The record tells the two apart; whoever tries is not told. What was typed is not stored: it may be a password.
    const failureReason = staff === null ? 'unknown-account' : 'bad-password';
    await deedlog.trackLogin({ outcome: 'failure', authType, failureReason, ...(staff === null ? {} : { account: staff }) });
    throw new DomainError('UNAUTHORIZED', 'Wrong e-mail address or password.');
  }
  return staff;
}
