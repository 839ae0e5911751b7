import type { EntityManager } from '@mikro-orm/core';
import { findLiveSession } from './sessions.ts';
import type { Claims, Tokens } from './tokens.ts';

export interface Identity {
  /** Whose token it is, by a good signature. The log names its owner even where the token is refused. */
  readonly claims?: Claims | undefined;
  /** The same, if the token is still good: who may act. */
  readonly session?: Claims | undefined;
}

const BEARER = /^Bearer (\S+)$/i;

/** Who sent this `authorization` header. Never throws for what a client sent: a refused call belongs in the log. */
export async function authenticate(authorization: string | undefined, tokens: Tokens, em: EntityManager): Promise<Identity> {
  const token = BEARER.exec(authorization ?? '')?.[1];
  if (token === undefined) return {};
  const { claims, refused } = await tokens.verify('access', token);
  if (claims === undefined || refused !== undefined) return { claims };
  const live = await findLiveSession(em, claims.jti);
  return live === null ? { claims } : { claims, session: claims };
}
