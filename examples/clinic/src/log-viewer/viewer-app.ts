import { auditHandler } from '@deedlog/http';
import type { AuditHandler } from '@deedlog/http';
import type { ReadDecision } from '@deedlog/http';
import type { Reader } from '@deedlog/core';
import { historyElementScript, viewerPage } from '@deedlog/viewer';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { logPolicy } from '../auth/log-policy.ts';
import type { AppContext, AppParts } from '../context.ts';
import { createBrowserContext } from './browser-context.ts';
import { signInRoutes } from './sign-in-routes.ts';

/** What the routes below /audit know of a request. */
export interface ViewerEnv {
  Bindings: HttpBindings;
  Variables: { app: AppContext };
}

/** The log for people: the viewer and its interface at /audit, behind a sign-in of its own. */
export function createViewerApp(parts: AppParts, reader: Reader): Hono<ViewerEnv> {
  const audit = createAuditHandler(parts, reader);
  return new Hono<ViewerEnv>()
    .use(async (c, next) => {
      c.set('app', await createBrowserContext(c, parts));
      await next();
    })
    .route('/audit', signInRoutes())
    // In a scope, so that what is recorded of reading says from where.
    .all('*', (c) => parts.deedlog.run({ host: c.var.app }, () => audit(c.req.raw, c.var.app)));
}

function createAuditHandler({ deedlog }: AppParts, reader: Reader): AuditHandler<AppContext> {
  return auditHandler<AppContext>({
    reader,
    authorize,
    viewer: (place) => viewerPage({ ...place, title: 'Clinic audit' }),
    historyElement: historyElementScript,
    // Any colleague may say what the front end alone knows; only what is named here.
    reports: { deedlog, actions: ['report.print'], authorize: (_request, { session }) => session !== undefined || 'unauthenticated' },
  });
}

function authorize(request: Request, { session }: AppContext): ReadDecision {
  if (session !== undefined) return logPolicy(session);
  const isPage = request.headers.get('accept')?.includes('text/html') === true;
  return isPage ? new Response(null, { status: 303, headers: { location: '/audit/sign-in', 'cache-control': 'no-store' } }) : 'unauthenticated';
}
