import { createDeedlog } from '@deedlog/core';
import type { Deedlog } from '@deedlog/core';
import { actions } from '../shared/actions.ts';
import type { LogSettings } from '../shared/settings.ts';
import { actorOf } from './signed-in.ts';
import type { SignedIn } from './signed-in.ts';

export interface Host {
  readonly signedIn: SignedIn | null;
}

export type Log = Deedlog<Host, typeof actions>;

export function createLog(settings: LogSettings): Log {
  return createDeedlog({
    ...settings,
    actions,
    actor: ({ signedIn }: Host) => signedIn && actorOf(signedIn),
    context: ({ signedIn }) => ({ sessionId: signedIn?.session.id }),
    source: 'better-auth',
  });
}
