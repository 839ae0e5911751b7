import { useAudit } from '@deedlog/envelop';
import { GraphQLError } from 'graphql';
import { createYoga, maskError } from 'graphql-yoga';
import type { YogaServerInstance } from 'graphql-yoga';
import { createContext } from '../context.ts';
import type { AppContext, AppParts } from '../context.ts';
import { DomainError } from '../domain/domain-error.ts';
import type { ServerContext } from './graphql-context.ts';
import { createGraphqlSchema } from './schema.ts';

export function createGraphqlServer(parts: AppParts): YogaServerInstance<ServerContext, AppContext> {
  return createYoga<ServerContext, AppContext>({
    schema: createGraphqlSchema(),
    context: ({ req }) => createContext(req, parts),
    // The one line: every mutation field is recorded, each alias of it.
    plugins: [useAudit(parts.deedlog)],
    maskedErrors: { maskError: showRefusals },
    logging: false,
  });
}

/** What the domain refuses is said to the client; anything else stays masked. */
const showRefusals: typeof maskError = (error, message, isDevelopment) => {
  const original = error instanceof GraphQLError ? error.originalError : error;
  if (!(original instanceof DomainError)) return maskError(error, message, isDevelopment);
  return new GraphQLError(original.message, { extensions: { ...original.extensions } });
};
