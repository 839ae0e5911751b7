import type { Audit } from '@deedlog/core';
import { Hono } from 'hono';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { csrf } from 'hono/csrf';
import { credentials } from '../auth/sign-in.ts';
import type { Credentials } from '../auth/sign-in.ts';
import { signInToLog } from '../auth/sign-in-to-log.ts';
import { signOut } from '../auth/sign-out.ts';
import { DomainError } from '../domain/domain-error.ts';
import type { RefusalCode } from '../domain/domain-error.ts';
import { forgetSignedIn, keepSignedIn } from './browser-context.ts';
import { PAGE_HEADERS, signInPage } from './sign-in-page.ts';
import type { ViewerEnv } from './viewer-env.ts';

/** Of a form with an address and a password, in bytes. */
const MAX_FORM = 4096;

const STATUS = { UNAUTHORIZED: 401, FORBIDDEN: 403, NOT_FOUND: 404, CONFLICT: 409, BAD_REQUEST: 400 } as const satisfies Record<RefusalCode, number>;

/** Signing in and out in a browser: a form, and a cookie that opens /audit and nothing else. */
export function signInRoutes(): Hono<ViewerEnv> {
  return new Hono<ViewerEnv>()
    .get('/sign-in', (c) => c.html(signInPage({ name: c.var.app.session?.name, search: searchOf(c.req.raw) }), 200, PAGE_HEADERS))
    .use('/*', csrf(), bodyLimit({ maxSize: MAX_FORM }))
    .post('/sign-in', async (c) => {
      const form = await c.req.parseBody();
      const search = searchOf(c.req.raw);
      try {
        keepSignedIn(c, await intended(c, 'auth.login', (audit) => signInToLog({ ...c.var.app, audit }, parsed(form))));
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        return c.html(signInPage({ problem: error.message, search }), STATUS[error.code], PAGE_HEADERS);
      }
      return c.redirect(`/audit${search}`, 303);
    })
    .post('/sign-out', async (c) => {
      const { session } = c.var.app;
      if (session !== undefined) await intended(c, 'auth.logout', (audit) => signOut({ ...c.var.app, session, audit }, 'session'));
      forgetSignedIn(c);
      return c.redirect('/audit/sign-in', 303);
    });
}

/** What somebody wanted to see: filters behind a question mark, which the form takes along. It comes after a path of this server, so it leads to no other. */
export function searchOf({ url }: Request): string {
  return new URL(url).search;
}

/** What tRPC and Yoga do by themselves: the act that is recorded, of whoever sent this request. */
function intended<Result>(c: Context<ViewerEnv>, action: 'auth.login' | 'auth.logout', act: (audit: Audit) => Promise<Result>): Promise<Result> {
  return c.var.app.deedlog.withIntent({ action, tool: 'log-viewer', host: c.var.app }, act);
}

/** Throws `BAD_REQUEST`. */
function parsed(form: object): Credentials {
  const { data } = credentials.safeParse(form);
  if (data === undefined) throw new DomainError('BAD_REQUEST', 'Give an e-mail address and a password.');
  return data;
}
