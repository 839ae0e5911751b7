import { userActor } from '@deedlog/core';
import type { Actor } from '@deedlog/core';

/** The part of better-auth's session object that a record may hold. The object has the token as well: it is never handed on as a whole. */
export interface SignedIn {
  readonly session: {
    readonly id: string;
    /** With the admin plugin: who acts for the user. */
    readonly impersonatedBy?: string | null | undefined;
  };
  readonly user: { readonly id: string; readonly name?: string | undefined };
}

/** Who acts in this session: its user, or the admin who impersonates that user. */
export function actorOf({ session: { impersonatedBy }, user }: SignedIn): Actor {
  const owner = userActor(user.id, { label: user.name });
  return impersonatedBy == null ? owner : userActor(impersonatedBy, { onBehalfOf: owner, via: 'impersonation' });
}
