import { callbackify } from 'node:util';
import passport from 'passport';
import { Strategy } from 'passport-local';
import type { Accounts, Credentials, Verdict } from '../shared/accounts.ts';

/** One Passport: the module's own default instance would be shared by all servers of a process. */
export type Passport = InstanceType<typeof passport.Passport>;

/** What the strategy tells the callback of a login that it refused. */
export interface Refusal {
  readonly message: string;
  readonly verdict?: Verdict;
}

/** Passport with passwords, and with the user's id in the session. */
export function createPassport(accounts: Accounts): Passport {
  const verify = callbackify((credentials: Credentials) => accounts.verify(credentials));
  const authenticator = new passport.Passport();
  authenticator.use(
    new Strategy({ usernameField: 'email' }, (email, password, done) => {
      verify({ email, password }, (error, verdict) => {
        if (error !== null) return done(error);
        const refusal: Refusal = { message: 'Wrong e-mail address or password.', verdict };
        return verdict.refused === undefined ? done(null, verdict.account) : done(null, false, refusal);
      });
    }),
  );
  authenticator.serializeUser((user, done) => done(null, (user as { readonly id: string }).id));
  authenticator.deserializeUser((id: string, done) => done(null, accounts.find(id) ?? false));
  return authenticator;
}
