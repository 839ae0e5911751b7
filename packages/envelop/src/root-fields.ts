import { Kind } from 'graphql';
import type { DirectiveNode, DocumentNode, FieldNode, OperationDefinitionNode, SelectionNode, SelectionSetNode } from 'graphql';

type Variables = Readonly<Record<string, unknown>>;

/** One root field of an operation under the name that its answer would have. */
export interface RootSelection {
  readonly key: string;
  readonly name: string;
  readonly node: FieldNode;
}

/**
 * The root fields that an operation asks for, for the case that its variables could not be coerced and nothing ran.
 * Fields that `@skip` or `@include` surely leave out are left out; where the condition itself is invalid the field stays in.
 */
export function rootSelections(document: DocumentNode, operation: OperationDefinitionNode, variables: Variables): RootSelection[] {
  const found = new Map<string, RootSelection>();
  collect(operation.selectionSet, { document, operation, variables, found, visited: new Set() });
  return [...found.values()];
}

interface Collection {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Variables;
  readonly found: Map<string, RootSelection>;
  readonly visited: Set<string>;
}

function collect(selectionSet: SelectionSetNode, collection: Collection): void {
  for (const selection of selectionSet.selections) {
    if (isLeftOut(selection, collection)) continue;
    switch (selection.kind) {
      case Kind.FIELD: {
        const name = selection.name.value;
        const key = selection.alias?.value ?? name;
        if (!collection.found.has(key)) collection.found.set(key, { key, name, node: selection });
        break;
      }
      case Kind.INLINE_FRAGMENT:
        collect(selection.selectionSet, collection);
        break;
      case Kind.FRAGMENT_SPREAD:
        collectFragment(selection.name.value, collection);
        break;
    }
  }
}

function collectFragment(name: string, collection: Collection): void {
  if (collection.visited.has(name)) return;
  collection.visited.add(name);
  for (const definition of collection.document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name) collect(definition.selectionSet, collection);
  }
}

function isLeftOut({ directives = [] }: SelectionNode, collection: Collection): boolean {
  return directives.some((directive) => {
    const name = directive.name.value;
    return (name === 'skip' && condition(directive, collection) === true) || (name === 'include' && condition(directive, collection) === false);
  });
}

function condition({ arguments: given = [] }: DirectiveNode, { operation, variables }: Collection): unknown {
  const value = given.find((argument) => argument.name.value === 'if')?.value;
  if (value?.kind === Kind.BOOLEAN) return value.value;
  if (value?.kind !== Kind.VARIABLE) return undefined;
  const name = value.name.value;
  if (Object.hasOwn(variables, name)) return variables[name];
  const definition = operation.variableDefinitions?.find(({ variable }) => variable.name.value === name);
  return definition?.defaultValue?.kind === Kind.BOOLEAN ? definition.defaultValue.value : undefined;
}
