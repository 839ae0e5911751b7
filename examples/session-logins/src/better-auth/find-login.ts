import type { AuthType, LoginInput } from '@deedlog/core';
import type { GenericEndpointContext, Session, User } from 'better-auth';
import { isAPIError } from 'better-auth/api';
import { actorOf } from './signed-in.ts';
import type { SignedIn } from './signed-in.ts';

interface Opened {
  readonly session: Session & Readonly<Record<string, unknown>>;
  readonly user: User;
}

/** What an endpoint did, as far as `hooks.after` is told. */
interface Outcome {
  readonly path?: string | undefined;
  readonly body?: unknown;
  readonly context: {
    /** Of whom the request came. */
    readonly session: Opened | null;
    /** Whose session it opened or renewed. */
    readonly newSession: Opened | null;
    readonly returned?: unknown;
    readonly internalAdapter: Pick<GenericEndpointContext['context']['internalAdapter'], 'findUserByEmail'>;
  };
}

/** The login, renewal or refused login that an endpoint was, if it was one. */
export async function findLogin(ctx: Outcome): Promise<LoginInput | undefined> {
  const { path = '', context } = ctx;
  const { returned, newSession, session: before } = context;
  // A redirect is an APIError as well, and a login by OAuth ends with one.
  if (isAPIError(returned) && returned.statusCode >= 400) return path.startsWith('/sign-in/') ? refusal(ctx, returned) : undefined;
  if (newSession === null) return undefined;
  const { session } = newSession;
  const known = before?.session.id === session.id;
  // Other endpoints set the cookie again as well, for example when the user's name changes.
  if (known && session.expiresAt <= before.session.expiresAt) return undefined;
  // An admin is back in the session that was open all the time.
  if (before?.session['impersonatedBy'] === session.userId) return undefined;
  return {
    grant: grantOf(newSession, known),
    actor: actorOf(newSession),
    authType: known ? 'session' : authTypeOf(path),
    // Names the row. The token, which is in the cookie, does not follow from it.
    sessionId: session.id,
  };
}

function grantOf({ session: { impersonatedBy } }: SignedIn, known: boolean): 'login' | 'refresh' | 'impersonate' {
  if (known) return 'refresh';
  return impersonatedBy == null ? 'login' : 'impersonate';
}

interface Refused {
  readonly statusCode: number;
  readonly body?: { readonly code?: string | undefined } | undefined;
}

async function refusal({ path = '', body, context }: Outcome, { statusCode, body: answer }: Refused): Promise<LoginInput> {
  const account = await findAccount(body, context);
  const code = answer?.code ?? `http-${statusCode}`;
  const wrong = account === undefined ? 'unknown-account' : 'bad-password';
  return {
    outcome: statusCode === 403 ? 'denied' : 'failure',
    authType: authTypeOf(path),
    // better-auth tells nobody which of the two was wrong. The log may know.
    failureReason: code === 'INVALID_EMAIL_OR_PASSWORD' ? wrong : code.toLowerCase().replaceAll('_', '-'),
    account,
  };
}

/** The account that was tried, if there is one. What was typed is not stored: it may be a password. */
async function findAccount(body: unknown, { internalAdapter }: Outcome['context']): Promise<{ readonly type: 'User'; readonly id: string } | undefined> {
  const { email } = (body ?? {}) as { readonly email?: unknown };
  const found = typeof email === 'string' ? await internalAdapter.findUserByEmail(email) : null;
  return found === null ? undefined : { type: 'User', id: found.user.id };
}

function authTypeOf(path: string): AuthType {
  if (path.endsWith('/email') || path.endsWith('/username')) return 'password';
  if (path.startsWith('/callback/') || path.startsWith('/sign-in/social')) return 'oauth';
  return path.includes('passkey') ? 'passkey' : 'session';
}
