import { createDeedlog, userActor } from '@deedlog/core';
import type { Deedlog } from '@deedlog/core';
import { actions } from '../shared/actions.ts';
import type { LogSettings } from '../shared/settings.ts';

/** Who is signed in, by what the session callback lets out. */
export interface SignedIn {
  readonly user: { readonly id: string; readonly name: string };
  readonly sessionId: string;
}

export interface Host {
  readonly signedIn: SignedIn | null;
}

export type Log = Deedlog<Host, typeof actions>;

export function createLog(settings: LogSettings): Log {
  return createDeedlog({
    ...settings,
    actions,
    actor: ({ signedIn }: Host) => signedIn && userActor(signedIn.user.id, { label: signedIn.user.name }),
    context: ({ signedIn }) => ({ sessionId: signedIn?.sessionId }),
    source: 'auth-js',
  });
}
