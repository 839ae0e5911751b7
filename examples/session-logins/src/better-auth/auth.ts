import { betterAuth } from 'better-auth';
import type { BetterAuthOptions } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { SESSION_SECONDS } from '../shared/settings.ts';
import { auditSessions } from './audit-sessions.ts';
import type { Log } from './log.ts';

/** Renewed when it is used a day after it was opened or renewed, in seconds. */
const RENEWED_AFTER = 24 * 3600;

export interface AuthOptions {
  /** Whether an e-mail address must be verified before its owner may sign in. Default false. */
  readonly verifiedOnly?: boolean;
  /** They come before the one that records. Default none. */
  readonly plugins?: NonNullable<BetterAuthOptions['plugins']>;
}

export interface AuthParts extends AuthOptions {
  readonly deedlog: Log;
  readonly secret: string;
}

/** better-auth as in any application: e-mail addresses and passwords, in memory. The last line hooks deedlog in. */
export function createAuth({ deedlog, secret, verifiedOnly = false, plugins = [] }: AuthParts) {
  return betterAuth({
    secret,
    database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
    emailAndPassword: { enabled: true, requireEmailVerification: verifiedOnly },
    session: { expiresIn: SESSION_SECONDS, updateAge: RENEWED_AFTER },
    logger: { level: 'error' },
    plugins: [...plugins, auditSessions(deedlog)],
  });
}
