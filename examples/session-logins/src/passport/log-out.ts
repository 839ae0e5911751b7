import { promisify } from 'node:util';
import type { RequestHandler } from 'express';
import type { MemoryStore } from 'express-session';
import { accountOf, actorOf } from './log.ts';
import type { Log } from './log.ts';
import { sessionIdOf } from './session-id.ts';

/** Ends the session of the request. Who it was has to be asked first: Passport forgets it. */
export function logOut(deedlog: Log): RequestHandler {
  return async (req, res) => {
    const account = accountOf(req);
    const sessionId = sessionIdOf(req.sessionID);
    await promisify((done: (error: unknown) => void) => req.logOut(done))();
    if (account !== undefined) await deedlog.trackLogout({ actor: actorOf(account), authType: 'session', sessionId });
    res.status(204).end();
  };
}

/** Ends the account's other sessions. Neither Passport nor express-session offers it; a store that can list them does. */
export function logOutElsewhere(deedlog: Log, store: MemoryStore): RequestHandler {
  return async (req, res) => {
    const account = accountOf(req);
    if (account === undefined) {
      res.status(401).json({ message: 'Sign in first.' });
      return;
    }
    const sessions = await promisify(store.all.bind(store))();
    const own = Object.entries(sessions ?? {}).filter(([, session]) => userOf(session) === account.id);
    for (const [id] of own.filter(([other]) => other !== req.sessionID)) {
      await promisify(store.destroy.bind(store))(id);
      await deedlog.trackLogout({ actor: actorOf(account), authType: 'session', sessionId: sessionIdOf(id), reason: 'revoked' });
    }
    res.json({ ended: own.length - 1 });
  };
}

function userOf(session: object): unknown {
  return (session as { readonly passport?: { readonly user?: unknown } }).passport?.user;
}
