import { getRequestListener } from '@hono/node-server';
import type { HttpBindings } from '@hono/node-server';
import { requestContext } from '@deedlog/http';
import { Hono } from 'hono';
import { serve } from '../shared/serve.ts';
import type { RunningServer } from '../shared/serve.ts';
import type { ExampleSettings } from '../shared/settings.ts';
import { createAuth } from './auth.ts';
import type { AuthOptions } from './auth.ts';
import { createLog } from './log.ts';

export interface BetterAuthSettings extends ExampleSettings, AuthOptions {}

/** Serves better-auth at /api/auth and one act of the application, `POST /profile`. */
export function startBetterAuth({ log, port, ...settings }: BetterAuthSettings): Promise<RunningServer> {
  const deedlog = createLog(log);
  const auth = createAuth({ deedlog, ...settings });
  const fromRequest = requestContext();
  const cities = new Map<string, string>();

  const app = new Hono<{ Bindings: HttpBindings }>()
    // From where, for all that happens in the request: better-auth's hooks run in this scope.
    .use((c, next) => deedlog.run({ context: fromRequest(c.env.incoming) }, next))
    .all('/api/auth/*', (c) => auth.handler(c.req.raw))
    .post('/profile', async (c) => {
      const signedIn = await auth.api.getSession({ headers: c.req.raw.headers, query: { disableRefresh: true } });
      const data = { city: String((await c.req.json<{ city?: unknown }>()).city) };
      return deedlog.withIntent({ action: 'profile.update', host: { signedIn }, fields: ['city'], data }, (audit) => {
        if (signedIn === null) {
          audit.outcome({ outcome: 'denied', code: 'UNAUTHORIZED' });
          return c.json({ message: 'Sign in first.' }, 401);
        }
        audit.target({ type: 'User', id: signedIn.user.id });
        cities.set(signedIn.user.id, data.city);
        return c.json(data);
      });
    });
  return serve(getRequestListener(app.fetch, { overrideGlobalObjects: false }), port, () => deedlog.close());
}
