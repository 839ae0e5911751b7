import { AsyncLocalStorage } from 'node:async_hooks';
import type { GraphQLFieldResolver, GraphQLResolveInfo, OperationDefinitionNode } from 'graphql';
import { bindResult } from './execution-result.ts';
import type { InScope } from './execution-result.ts';

/** One execution of a mutation, from the plugin's `onExecute` to its end. */
export interface Operation {
  readonly definition: OperationDefinitionNode;
  /** The contextValue as it was given; Envelop itself turns a missing one into `{}`. */
  readonly host: unknown;
  readonly fieldResolver: GraphQLFieldResolver<unknown, unknown> | null | undefined;
  /** Response keys of the root fields whose resolver was reached. */
  readonly reached: Set<string>;
  /** Runs a function in the scope of this operation; undefined until the execution has begun. */
  inScope?: InScope;
}

const operations = new AsyncLocalStorage<Operation>();

/** Runs the execution of an operation; what it answers later is computed in its scope, too. */
export function runOperation<Result>(operation: Operation, execute: () => Result): Result {
  return operations.run(operation, () => {
    const inScope: InScope = AsyncLocalStorage.snapshot();
    operation.inScope = inScope;
    return bindResult(execute(), inScope);
  });
}

/** The operation that this field belongs to; a resolver may execute another document inside it. */
export function operationOf(info: GraphQLResolveInfo): Operation | undefined {
  const operation = operations.getStore();
  return operation?.definition === info.operation ? operation : undefined;
}
