import { createDeedlog, userActor } from '@deedlog/core';
import type { Actor, Deedlog } from '@deedlog/core';
import { requestContext } from '@deedlog/http';
import type { Request } from 'express';
import type { Account } from '../shared/accounts.ts';
import { actions } from '../shared/actions.ts';
import type { LogSettings } from '../shared/settings.ts';
import { sessionIdOf } from './session-id.ts';

export type Log = Deedlog<Request, typeof actions>;

/** Whom Passport found for this request, if anybody. */
export function accountOf(req: Request): Account | undefined {
  return req.user as Account | undefined;
}

export function actorOf({ id, name }: Account): Actor {
  return userActor(id, { label: name });
}

export function createLog(settings: LogSettings): Log {
  const fromRequest = requestContext();
  return createDeedlog({
    ...settings,
    actions,
    actor: (req: Request) => {
      const account = accountOf(req);
      return account && actorOf(account);
    },
    context: (req) => ({ ...fromRequest(req), sessionId: accountOf(req) && sessionIdOf(req.sessionID) }),
    source: 'passport',
  });
}
