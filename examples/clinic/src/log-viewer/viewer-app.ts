import type { Reader } from '@deedlog/core';
import { auditHandler } from '@deedlog/http';
import type { AuditHandler, ReadDecision } from '@deedlog/http';
import { historyElementScript, viewerPage } from '@deedlog/viewer';
import { Hono } from 'hono';
import { logPolicy } from '../auth/log-policy.ts';
import type { AppContext, AppParts } from '../context.ts';
import { createBrowserContext } from './browser-context.ts';
import { searchOf, signInRoutes } from './sign-in-routes.ts';
import type { ViewerEnv } from './viewer-env.ts';

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
  // A shared link keeps its filters.
  const location = `/audit/sign-in${searchOf(request)}`;
  return isPage ? new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store' } }) : 'unauthenticated';
}
