import { getRequestListener } from '@hono/node-server';
import type { HttpBindings } from '@hono/node-server';
import { requestContext } from '@deedlog/http';
import { Hono } from 'hono';
import { demoAccounts } from '../shared/demo-accounts.ts';
import type { Accounts } from '../shared/accounts.ts';
import { serve } from '../shared/serve.ts';
import type { RunningServer } from '../shared/serve.ts';
import type { ExampleSettings } from '../shared/settings.ts';
import { auditedAuth } from './audited-auth.ts';
import { createAuthConfig } from './auth-config.ts';
import { findSession } from './find-session.ts';
import { LiveSessions } from './live-sessions.ts';
import { createLog } from './log.ts';

export interface AuthJsSettings extends ExampleSettings {
  /** Default: one, for trying it out. */
  readonly accounts?: Accounts;
}

/** Serves Auth.js at /auth and two acts of the application: `POST /profile`, `POST /sign-out-elsewhere`. */
export async function startAuthJs({ log, port, secret, accounts: given }: AuthJsSettings): Promise<RunningServer> {
  const accounts = given ?? (await demoAccounts());
  const deedlog = createLog(log);
  const sessions = new LiveSessions();
  const auth = auditedAuth(createAuthConfig({ deedlog, accounts, sessions, secret }), deedlog);
  const fromRequest = requestContext();

  const app = new Hono<{ Bindings: HttpBindings }>()
    // From where, for all that happens in the request: Auth.js's callbacks and events run in this scope.
    .use((c, next) => deedlog.run({ context: fromRequest(c.env.incoming) }, next))
    .all('/auth/*', (c) => auth(c.req.raw))
    .post('/profile', async (c) => {
      const signedIn = await findSession(c.req.raw, auth);
      const data = { city: String((await c.req.json<{ city?: unknown }>()).city) };
      return deedlog.withIntent({ action: 'profile.update', host: { signedIn }, fields: ['city'], data }, (audit) => {
        const account = signedIn === null ? undefined : accounts.find(signedIn.user.id);
        if (account === undefined) {
          audit.outcome({ outcome: 'denied', code: 'UNAUTHORIZED' });
          return c.json({ message: 'Sign in first.' }, 401);
        }
        audit.target({ type: 'User', id: account.id });
        account.city = data.city;
        return c.json(data);
      });
    })
    .post('/sign-out-elsewhere', async (c) => {
      const signedIn = await findSession(c.req.raw, auth);
      if (signedIn === null) return c.json({ message: 'Sign in first.' }, 401);
      const others = sessions.of(signedIn.user.id).filter((sessionId) => sessionId !== signedIn.sessionId && sessions.end(sessionId));
      await deedlog.run({ host: { signedIn } }, async () => {
        for (const sessionId of others) await deedlog.trackLogout({ authType: 'session', sessionId, reason: 'revoked' });
      });
      return c.json({ ended: others.length });
    });
  return serve(getRequestListener(app.fetch, { overrideGlobalObjects: false }), port, () => deedlog.close());
}
