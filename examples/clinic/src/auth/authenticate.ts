import type { EntityManager } from '@mikro-orm/core';
import { claimsOf, findLiveSession } from './sessions.ts';
import type { Claims, Tokens, TokenUse } from './tokens.ts';

export interface Identity {
  /** Whose token it is, by a good signature. The log names its owner even where the token is refused. */
  readonly claims?: Claims | undefined;
  /** Who may act, if the token is still good; the role is the one of now. */
  readonly session?: Claims | undefined;
}

const BEARER = /^Bearer (\S+)$/i;

/** Who sent this `authorization` header. Never throws for what a client sent: a refused call belongs in the log. */
export async function authenticate(authorization: string | undefined, tokens: Tokens, em: EntityManager): Promise<Identity> {
  const token = BEARER.exec(authorization ?? '')?.[1];
  return token === undefined ? {} : identify(token, 'access', { tokens, em });
}

/** Whose token it is. Never throws. */
export async function identify(token: string, use: TokenUse, { tokens, em }: { readonly tokens: Tokens; readonly em: EntityManager }): Promise<Identity> {
  const { claims, refused } = await tokens.verify(use, token);
  if (claims === undefined || refused !== undefined) return { claims };
  const live = await findLiveSession(em, claims.jti);
  return live === null ? { claims } : { claims, session: claimsOf(live) };
}
