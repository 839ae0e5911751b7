import { randomUUID } from 'node:crypto';
import type { AuthConfig } from '@auth/core';
import credentials from '@auth/core/providers/credentials';
import { userActor } from '@deedlog/core';
import type { Accounts } from '../shared/accounts.ts';
import { refusedLogin } from '../shared/refused-login.ts';
import { SESSION_SECONDS } from '../shared/settings.ts';
import type { LiveSessions } from './live-sessions.ts';
import type { Log } from './log.ts';

declare module '@auth/core/types' {
  interface User {
    /** Id of the session that this login opens; not a key to it. */
    sessionId?: string;
  }
  interface Session {
    sessionId?: string;
  }
}

export interface AuthParts {
  readonly deedlog: Log;
  readonly accounts: Accounts;
  readonly sessions: LiveSessions;
  readonly secret: string;
}

/** Auth.js with passwords, and so with JWT sessions. Each of deedlog's calls stands where Auth.js knows what it tells. */
export function createAuthConfig({ deedlog, accounts, sessions, secret }: AuthParts): AuthConfig {
  return {
    basePath: '/auth',
    secret,
    trustHost: true,
    session: { strategy: 'jwt', maxAge: SESSION_SECONDS },
    providers: [
      credentials({
        credentials: { email: {}, password: {} },
        async authorize({ email, password }) {
          const verdict = await accounts.verify({ email: String(email), password: String(password) });
          if (verdict.refused !== undefined) {
            await deedlog.trackLogin(refusedLogin(verdict));
            return null;
          }
          const { id, name } = verdict.account;
          return { id, name };
        },
      }),
    ],
    callbacks: {
      // At every later look at the session it is asked whether that is still live. Null ends it.
      jwt({ token, user, trigger }) {
        if (trigger !== 'signIn' && trigger !== 'signUp') return sessions.isLive(String(token['sessionId'])) ? token : null;
        user.sessionId = randomUUID();
        sessions.open(user.sessionId, String(user.id));
        return { ...token, sessionId: user.sessionId };
      },
      session: ({ session, token }) => ({ expires: session.expires, user: { id: String(token.sub), name: token.name ?? null }, sessionId: String(token['sessionId']) }),
    },
    events: {
      // After the session was issued, with the `user` that the callback above has given the session's id.
      async signIn({ user, account }) {
        const authType = account?.type === 'credentials' ? 'password' : (account?.type ?? 'session');
        await deedlog.trackLogin({ actor: userActor(String(user.id), { label: user.name ?? undefined }), authType, sessionId: user.sessionId });
      },
      // Auth.js has decrypted the token, so it is known whose session this was.
      async signOut(message) {
        const { sub, name, sessionId } = ('token' in message ? message.token : null) ?? {};
        if (sub === undefined || !sessions.end(String(sessionId))) return;
        await deedlog.trackLogout({ actor: userActor(sub, { label: name ?? undefined }), authType: 'session', sessionId: String(sessionId) });
      },
    },
  };
}
