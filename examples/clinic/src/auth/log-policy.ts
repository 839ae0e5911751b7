import type { ReadPolicy } from '@deedlog/core';
import type { Role } from '../entities/staff.ts';
import { actorOf } from './actor.ts';
import type { Claims } from './tokens.ts';

/** Who may read the log. */
export const LOG_READERS: readonly Role[] = ['admin', 'auditor'];

/** What of the log a session may read; undefined: nothing. An auditor needs no telephone numbers: they never leave the reader. */
export function logPolicy(session: Claims): ReadPolicy | undefined {
  if (!LOG_READERS.includes(session.role)) return undefined;
  const hide = session.role === 'auditor' ? { '*': ['phone'] } : {};
  return { tenants: 'all', models: 'all', hide, reader: actorOf(session) };
}
