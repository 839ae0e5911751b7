import type { Coverage, CoverageStatus } from '@deedlog/core';
import type { GraphQLField, GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { isAudited } from './audited-resolver.ts';
import { MARK } from './wrap-mutation-fields.ts';

type Field = GraphQLField<unknown, unknown>;

/**
 * Whether each root field of a schema is audited, sorted by name. Give the schema that the server runs: what `wrapMutationFields`
 * returned, or `yoga.getEnveloped().schema` where `useAudit` is a plugin; in one that deedlog never saw, nothing is.
 */
export function schemaCoverage(schema: GraphQLSchema): readonly Coverage[] {
  const types = [['query', schema.getQueryType()], ['mutation', schema.getMutationType()], ['subscription', schema.getSubscriptionType()]] as const;
  return types
    .flatMap(([type, root]) =>
      Object.values(root?.getFields() ?? {}).map((field): Coverage => ({ kind: 'field', name: `${root?.name}.${field.name}`, type, status: statusOf(field) })),
    )
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

function statusOf({ resolve, subscribe, extensions }: Field): CoverageStatus {
  const mark = extensions[MARK];
  const wrapped = [resolve, subscribe].some((one) => isAudited(one as GraphQLFieldResolver<unknown, unknown, Record<string, unknown>> | undefined));
  if (mark === true || wrapped) return 'audited';
  return mark === false ? 'excluded' : 'uncovered';
}
