import { userActor } from '@deedlog/core';
import type { Actor } from '@deedlog/core';
import type { Claims } from './tokens.ts';

/** Who acts by this token: its owner, or the admin who impersonates the owner (the `act` claim). */
export function actorOf({ sub, name, act }: Claims): Actor {
  const owner = userActor(sub, { label: name });
  return act === undefined ? owner : userActor(act.sub, { label: act.name, onBehalfOf: owner, via: 'impersonation' });
}
