import { endingOfCode } from '@deedlog/core';
import type { Ending } from '@deedlog/core';
import { Kind } from 'graphql';
import type { DocumentNode, GraphQLError } from 'graphql';
import { declaredCode, endingOfError } from './error-ending.ts';
import { openFieldIntent } from './field-plan.ts';
import type { FieldPlan } from './field-plan.ts';
import type { Operation } from './operation.ts';
import { rootSelections } from './root-fields.ts';
import type { RootSelection } from './root-fields.ts';

/** The code of input that could not be coerced, as Apollo Server names it. */
const INVALID_INPUT_CODE = 'BAD_USER_INPUT';

/** An operation that has answered, and the request behind it. */
export interface Answer {
  readonly operation: Operation;
  readonly document: DocumentNode;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly errors: readonly GraphQLError[];
  readonly planOf: (fieldName: string) => FieldPlan | undefined;
}

/**
 * Records the fields that were asked for and refused before their resolver: the request's variables or the field's
 * arguments could not be coerced, or another plugin stopped it. One activity each, with key names in place of values.
 */
export async function recordRefusedFields(answer: Answer): Promise<void> {
  const { operation, errors } = answer;
  const asked = rootSelections(answer.document, operation.definition, answer.variables).filter(({ key }) => !operation.reached.has(key));
  const whole = operation.reached.size === 0 ? errors.filter(({ path }) => path === undefined) : [];
  for (const selection of asked) {
    const own = errors.find(({ path }) => path?.length === 1 && path[0] === selection.key);
    if (own !== undefined) await record(answer, selection, { ending: endingOfField(own), input: argumentsOf(selection) });
    else if (whole.length > 0) await record(answer, selection, { ending: endingOfRequest(whole), input: answer.variables });
  }
}

async function record({ planOf, operation }: Answer, { name }: RootSelection, { ending, input }: { ending: Ending; input: unknown }): Promise<void> {
  const plan = planOf(name);
  if (plan === undefined) return;
  const intent = openFieldIntent(plan, operation.host);
  if (ending.code === INVALID_INPUT_CODE) intent.sawInvalidInput(input);
  await intent.run(() => intent.end(ending));
}

/** A field without a resolver's error has one of GraphQL itself: its arguments. Anything else comes from a guard around it. */
function endingOfField(error: GraphQLError): Ending {
  const isOfGraphQL = error.originalError === undefined || error.originalError.name === 'GraphQLError';
  return declaredCode(error) === undefined && isOfGraphQL ? endingOfCode(INVALID_INPUT_CODE) : endingOfError(error);
}

function endingOfRequest(errors: readonly GraphQLError[]): Ending {
  const [code] = errors.map(declaredCode).filter((one) => one !== undefined);
  if (code !== undefined) return endingOfCode(code);
  const isCoercion = errors.some(({ nodes }) => nodes?.some(({ kind }) => kind === Kind.VARIABLE_DEFINITION));
  return isCoercion ? endingOfCode(INVALID_INPUT_CODE) : endingOfError(errors[0]);
}

function argumentsOf({ node }: RootSelection): Record<string, null> {
  return Object.fromEntries((node.arguments ?? []).map(({ name }) => [name.value, null]));
}
