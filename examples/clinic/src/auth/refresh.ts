import { z } from 'zod';
import { DomainError } from '../domain/domain-error.ts';
import { actorOf } from './actor.ts';
import { claimsOf, findLiveSession, issuePair, openSession } from './sessions.ts';
import type { TokenPair } from './sessions.ts';
import type { AuthAct } from './sign-in.ts';
import type { Claims } from './tokens.ts';

export const refreshRequest = z.object({ refreshToken: z.string() });

/** Ends the session and opens the next one, so that a refresh token serves once. */
export async function refresh({ em, deedlog, tokens, audit }: AuthAct, { refreshToken }: z.infer<typeof refreshRequest>): Promise<TokenPair> {
  const { claims, refused } = await tokens.verify('refresh', refreshToken);
  const ended = claims === undefined || refused !== undefined ? null : await findLiveSession(em, claims.jti);
  if (ended === null) return refuse(deedlog, claims, refused ?? 'revoked');
  const session = openSession(em, ended.staff, ended.impersonator ?? undefined);
  ended.endedAt = new Date();
  audit.target(ended.staff);
  await deedlog.trackLogin({ grant: 'refresh', actor: actorOf(claimsOf(session)), authType: 'jwt', sessionId: session.id });
  await em.flush();
  return issuePair(tokens, session);
}

/** An expired or revoked token has a good signature: the log knows whose it was. */
async function refuse(deedlog: AuthAct['deedlog'], claims: Claims | undefined, failureReason: string): Promise<never> {
  const known = claims === undefined ? {} : { actor: actorOf(claims), sessionId: claims.jti };
  await deedlog.trackLogin({ grant: 'refresh', outcome: 'failure', authType: 'jwt', failureReason, ...known });
  throw new DomainError('UNAUTHORIZED', 'Sign in again.');
}
