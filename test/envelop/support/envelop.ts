import { envelop, useEngine, useSchema } from '@envelop/core';
import type { Plugin } from '@envelop/core';
import * as graphql from 'graphql';
import type { ExecutionResult, GraphQLSchema } from 'graphql';
import type { Host } from './audit.ts';

export interface Ask {
  /** Absent: execute gets the context that the plugins build from `host`. */
  readonly contextValue?: unknown;
  readonly host?: Host;
  readonly variables?: Record<string, unknown>;
}

export interface EnvelopServer {
  readonly schema: () => GraphQLSchema;
  readonly ask: (query: string, options?: Ask) => Promise<ExecutionResult>;
}

/** Envelop with graphql's own functions, and nothing else of a server. */
export function startEnvelop(schema: GraphQLSchema, plugins: readonly unknown[], execute: unknown = graphql.execute): EnvelopServer {
  const { parse, validate, specifiedRules, subscribe } = graphql;
  const engine = useEngine({ parse, validate, specifiedRules, execute: execute as typeof graphql.execute, subscribe });
  const getEnveloped = envelop({ plugins: [engine, useSchema(schema), ...(plugins as Plugin[])] });
  return {
    schema: () => getEnveloped({}).schema as GraphQLSchema,
    async ask(query, options = {}) {
      const proxy = getEnveloped({ ...options.host });
      const document = proxy.parse(query);
      const errors = proxy.validate(proxy.schema, document) as readonly graphql.GraphQLError[];
      if (errors.length > 0) return { errors };
      const contextValue: unknown = 'contextValue' in options ? options.contextValue : await proxy.contextFactory();
      return (await proxy.execute({ schema: proxy.schema, document, contextValue, variableValues: options.variables })) as ExecutionResult;
    },
  };
}
