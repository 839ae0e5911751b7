import { DomainError } from '../domain/domain-error.ts';
import type { Role } from '../entities/staff.ts';
import type { Identity } from './authenticate.ts';
import type { Claims } from './tokens.ts';

/** The session, or `UNAUTHORIZED`. */
export function requireSession({ session }: Identity): Claims {
  if (session === undefined) throw new DomainError('UNAUTHORIZED', 'Sign in first.');
  return session;
}

/** `FORBIDDEN` unless the session has one of the roles. */
export function requireRole({ role }: Claims, ...allowed: readonly Role[]): void {
  if (!allowed.includes(role)) throw new DomainError('FORBIDDEN', `Only for: ${allowed.join(', ')}.`);
}
