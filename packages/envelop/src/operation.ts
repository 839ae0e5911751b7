import { AsyncLocalStorage } from 'node:async_hooks';
import type { GraphQLFieldResolver, GraphQLResolveInfo, OperationDefinitionNode } from 'graphql';

/** One execution of a mutation, from the plugin's `onExecute` to its end. */
export interface Operation {
  readonly definition: OperationDefinitionNode;
  /** The contextValue as it was given; Envelop itself turns a missing one into `{}`. */
  readonly host: unknown;
  readonly fieldResolver: GraphQLFieldResolver<unknown, unknown> | null | undefined;
  /** Response keys of the root fields whose resolver was reached. */
  readonly reached: Set<string>;
  /** False where another plugin has stopped the operation before it was executed. */
  executed: boolean;
}

const operations = new AsyncLocalStorage<Operation>();

export function runOperation<Result>(operation: Operation, execute: () => Result): Result {
  operation.executed = true;
  return operations.run(operation, execute);
}

/** The operation that this field belongs to; a resolver may execute another document inside it. */
export function operationOf(info: GraphQLResolveInfo): Operation | undefined {
  const operation = operations.getStore();
  return operation?.definition === info.operation ? operation : undefined;
}
