import type { IncomingMessage } from 'node:http';
import type { EntityManager } from '@mikro-orm/core';
import type { ClinicLog } from './audit.ts';
import { authenticate } from './auth/authenticate.ts';
import type { Identity } from './auth/authenticate.ts';
import type { Tokens } from './auth/tokens.ts';
import type { JobQueue } from './jobs/job-queue.ts';

/** What both APIs give every act; made once for each HTTP request. */
export interface AppContext extends Identity {
  readonly req: IncomingMessage;
  readonly em: EntityManager;
  readonly deedlog: ClinicLog;
  readonly tokens: Tokens;
  readonly jobs: JobQueue;
}

/** What is the same for all requests. */
export type AppParts = Pick<AppContext, 'em' | 'deedlog' | 'tokens' | 'jobs'>;

export async function createContext(req: IncomingMessage, parts: AppParts): Promise<AppContext> {
  const em = parts.em.fork();
  const identity = await authenticate(req.headers.authorization, parts.tokens, em);
  return { ...parts, ...identity, em, req };
}
