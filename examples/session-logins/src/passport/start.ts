import express from 'express';
import session from 'express-session';
import { demoAccounts } from '../shared/demo-accounts.ts';
import type { Accounts } from '../shared/accounts.ts';
import { serve } from '../shared/serve.ts';
import type { RunningServer } from '../shared/serve.ts';
import { SESSION_SECONDS } from '../shared/settings.ts';
import type { ExampleSettings } from '../shared/settings.ts';
import { createPassport } from './create-passport.ts';
import { accountOf, createLog } from './log.ts';
import { logIn } from './log-in.ts';
import { logOut, logOutElsewhere } from './log-out.ts';

export interface PassportSettings extends ExampleSettings {
  /** Default: one, for trying it out. */
  readonly accounts?: Accounts;
}

/** Serves Passport on Express: `POST /login`, `/logout`, `/logout-elsewhere`, and one act of the application, `POST /profile`. */
export async function startPassport({ log, port, secret, accounts: given }: PassportSettings): Promise<RunningServer> {
  const accounts = given ?? (await demoAccounts());
  const deedlog = createLog(log);
  const passport = createPassport(accounts);
  const store = new session.MemoryStore();

  const app = express()
    .use(express.json())
    .use(session({ secret, store, resave: false, saveUninitialized: false, cookie: { maxAge: SESSION_SECONDS * 1000, sameSite: 'lax' } }))
    .use(passport.session())
    // After the session is read: the scope knows who it is.
    .use((req, _res, next) => deedlog.run({ host: req }, next))
    .post('/login', logIn(passport, deedlog))
    .post('/logout', logOut(deedlog))
    .post('/logout-elsewhere', logOutElsewhere(deedlog, store))
    .post('/profile', async (req, res) => {
      const data = { city: String((req.body as { city?: unknown } | undefined)?.city) };
      await deedlog.withIntent({ action: 'profile.update', fields: ['city'], data }, (audit) => {
        const account = accountOf(req);
        if (account === undefined) {
          audit.outcome({ outcome: 'denied', code: 'UNAUTHORIZED' });
          res.status(401);
          return;
        }
        audit.target({ type: 'User', id: account.id });
        account.city = data.city;
      });
      res.json(res.statusCode === 401 ? { message: 'Sign in first.' } : data);
    });
  return serve(app, port, () => deedlog.close());
}
