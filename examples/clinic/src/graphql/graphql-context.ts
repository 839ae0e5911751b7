import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AuditContext } from '@deedlog/envelop';
import type { YogaInitialContext } from 'graphql-yoga';
import type { AppContext } from '../context.ts';

/** What Yoga is called with. */
export interface ServerContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

/** What a resolver gets: the parts of Yoga, of this application and of deedlog. */
export type GraphqlContext = ServerContext & YogaInitialContext & AppContext & AuditContext;
