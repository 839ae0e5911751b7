import type { Deedlog } from '@deedlog/core';
import type { GraphQLSchema } from 'graphql';
import { planFields } from './plan-fields.ts';
import type { FieldPlans, LooseOptions } from './plan-fields.ts';
import { wrapFields } from './wrap-mutation-fields.ts';

/** Wraps the schemas that a server gets, each once. */
export interface SchemaWrapper {
  readonly wrap: (schema: GraphQLSchema, replaceSchema: (schema: GraphQLSchema) => void) => void;
  /** The plans of a schema, wrapped or not. */
  readonly plansOf: (schema: GraphQLSchema) => FieldPlans;
}

export function createSchemaWrapper(deedlog: Deedlog, options: LooseOptions): SchemaWrapper {
  const plans = new WeakMap<GraphQLSchema, FieldPlans>();
  const wrapped = new WeakMap<GraphQLSchema, GraphQLSchema>();
  let replacing = 0;

  const plansOf = (schema: GraphQLSchema): FieldPlans => {
    const known = plans.get(schema) ?? planFields(deedlog, schema, options);
    plans.set(schema, known);
    return known;
  };
  return {
    plansOf,
    wrap(schema, replaceSchema) {
      // A schema that another plugin made of ours, while ours was being announced, is left as that plugin wants it:
      // to wrap it again would have it made again, without end.
      const next = wrapped.get(schema) ?? wrapFields(schema, plansOf(schema), replacing === 0 ? 'always' : 'unmarked');
      if (replacing === 0) wrapped.set(schema, next);
      if (next === schema) return;
      wrapped.set(next, next);
      replacing++;
      try {
        replaceSchema(next);
      } finally {
        replacing--;
      }
    },
  };
}
