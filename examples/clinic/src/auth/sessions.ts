import { randomUUID } from 'node:crypto';
import type { EntityManager, Loaded } from '@mikro-orm/core';
import { Session } from '../entities/session.ts';
import type { SessionRow } from '../entities/session.ts';
import type { StaffMember } from '../entities/staff.ts';
import type { Claims, Tokens } from './tokens.ts';

/** What a client gets when it signs in. */
export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** Prepares a session; it is stored by the flush of whoever called. */
export function openSession(em: EntityManager, staff: StaffMember, impersonator?: StaffMember): SessionRow {
  return em.create(Session, { id: randomUUID(), staff, impersonator: impersonator ?? null, endedAt: null });
}

/** A session that has not ended, with the people it is for. */
export function findLiveSession(em: EntityManager, id: string): Promise<Loaded<SessionRow, 'staff' | 'impersonator'> | null> {
  return em.findOne(Session, { id, endedAt: null }, { populate: ['staff', 'impersonator'] });
}

export function claimsOf({ id, staff, impersonator }: SessionRow): Claims {
  const act = impersonator == null ? undefined : { sub: String(impersonator.id), name: impersonator.name };
  return { sub: String(staff.id), name: staff.name, role: staff.role, jti: id, ...(act === undefined ? {} : { act }) };
}

export async function issuePair(tokens: Tokens, session: SessionRow): Promise<TokenPair> {
  const claims = claimsOf(session);
  return { accessToken: await tokens.issue('access', claims), refreshToken: await tokens.issue('refresh', claims) };
}
