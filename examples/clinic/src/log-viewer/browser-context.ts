import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { identify } from '../auth/authenticate.ts';
import { LIFETIME } from '../auth/tokens.ts';
import { createContext } from '../context.ts';
import type { AppContext, AppParts } from '../context.ts';
import type { ViewerEnv } from './viewer-env.ts';

const COOKIE = 'clinic_viewer';

/** Sent to /audit alone, never by another site's doing, and never to a script. Behind TLS add `secure: true`. */
const ATTRIBUTES = { path: '/audit', httpOnly: true, sameSite: 'Strict' } as const;

/** As both APIs have it; who has no bearer token may come with the cookie of the sign-in page. */
export async function createBrowserContext(c: Context<ViewerEnv>, parts: AppParts): Promise<AppContext> {
  const context = await createContext(c.env.incoming, parts);
  const token = getCookie(c, COOKIE);
  if (token === undefined || context.claims !== undefined) return context;
  return { ...context, ...(await identify(token, 'viewer', context)) };
}

export function keepSignedIn(c: Context, token: string): void {
  setCookie(c, COOKIE, token, { ...ATTRIBUTES, maxAge: LIFETIME.viewer });
}

export function forgetSignedIn(c: Context): void {
  deleteCookie(c, COOKIE, ATTRIBUTES);
}
