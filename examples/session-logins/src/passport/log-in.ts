import { promisify } from 'node:util';
import type { Request, RequestHandler, Response } from 'express';
import type { Account } from '../shared/accounts.ts';
import { refusedLogin } from '../shared/refused-login.ts';
import type { Passport, Refusal } from './create-passport.ts';
import { accountOf, actorOf } from './log.ts';
import type { Log } from './log.ts';
import { sessionIdOf } from './session-id.ts';

/** Signs in by the strategy, and records how that ended before it answers. */
export function logIn(passport: Passport, deedlog: Log): RequestHandler {
  return async (req, res) => {
    try {
      const { account, refusal } = await verify(passport, req, res);
      if (account === undefined) await recordRefusal(deedlog, refusal);
      else await openSession(deedlog, req, account);
      res.status(account === undefined ? 401 : 200).json(account === undefined ? { message: 'Wrong e-mail address or password.' } : { id: account.id });
    } catch (error) {
      await deedlog.trackLogin({ outcome: 'failure', authType: 'password', failureReason: 'internal-error' });
      throw error;
    }
  };
}

interface Verified {
  readonly account: Account | undefined;
  readonly refusal: Refusal | undefined;
}

/** With a callback Passport says why a login was refused, and leaves the session to whoever called. */
function verify(passport: Passport, req: Request, res: Response): Promise<Verified> {
  return new Promise((resolve, reject) => {
    const authenticate = passport.authenticate('local', (error: unknown, account?: object | false | null, info?: object | string) => {
      if (error != null) reject(error as Error);
      else resolve({ account: account ? (account as Account) : undefined, refusal: info as Refusal | undefined });
    }) as RequestHandler;
    void authenticate(req, res, reject);
  });
}

async function openSession(deedlog: Log, req: Request, account: Account): Promise<void> {
  const before = { account: accountOf(req), sessionId: sessionIdOf(req.sessionID) };
  await promisify((done: (error: unknown) => void) => req.logIn(account, done))();
  // Passport has destroyed the session that the request came with, and given the new one an id of its own.
  if (before.account !== undefined) await deedlog.trackLogout({ actor: actorOf(before.account), authType: 'session', sessionId: before.sessionId, reason: 'replaced' });
  await deedlog.trackLogin({ actor: actorOf(account), authType: 'password', sessionId: sessionIdOf(req.sessionID) });
}

async function recordRefusal(deedlog: Log, refusal: Refusal | undefined): Promise<void> {
  const { verdict } = refusal ?? {};
  // Without a verdict the strategy did not ask: the form was not filled in.
  if (verdict?.refused === undefined) await deedlog.trackLogin({ outcome: 'failure', authType: 'password', failureReason: 'missing-credentials' });
  else await deedlog.trackLogin(refusedLogin(verdict));
}
