import type { Audit } from '@deedlog/core';
import type { Claims } from '../auth/tokens.ts';
import type { AppContext } from '../context.ts';

/** What a domain function gets, whichever API was called: who acts, an EntityManager of its own, the open intent. */
export interface Act extends Pick<AppContext, 'em' | 'deedlog' | 'jobs'> {
  readonly session: Claims;
  readonly audit: Audit;
}
