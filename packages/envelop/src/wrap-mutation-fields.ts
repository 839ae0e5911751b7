import type { ActionCatalogue, Deedlog, ModelSettings } from '@deedlog/core';
import { MapperKind, mapSchema } from '@graphql-tools/utils';
import type { GraphQLFieldConfig, GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import type { UseAuditOptions } from './audit-field-settings.ts';
import { auditedResolver, isAudited } from './audited-resolver.ts';
import { checkDeedlog } from './check-deedlog.ts';
import { looseOptions, planFields } from './plan-fields.ts';
import type { FieldPlans } from './plan-fields.ts';

type FieldConfig = GraphQLFieldConfig<unknown, unknown>;

/**
 * In the extensions of a root field, so that it is known even where another tool has wrapped its resolver again.
 * True: it is wrapped. False: a mutation field that the settings leave out.
 */
export const MARK = 'deedlog.audited';

/** - `always`: every planned field whose resolver is not one of ours. - `unmarked`: only those that never were wrapped. */
export type WrapMode = 'always' | 'unmarked';

/**
 * For servers without Envelop: a copy of the schema whose mutation fields (and marked Query and Subscription fields)
 * are audited. The given schema stays as it is; a field that is already audited is left alone.
 * Throws `ENVELOP_DEEDLOG_MISSING`, `ENVELOP_FIELD_UNKNOWN`, `ENVELOP_SETTINGS_INVALID`, `ACTION_UNKNOWN`, `MODEL_UNKNOWN`.
 * @example const schema = wrapMutationFields(deedlog, makeExecutableSchema({ typeDefs, resolvers }))
 */
export function wrapMutationFields<
  Host,
  Catalogue extends ActionCatalogue,
  Fields = Record<string, Record<string, unknown>>,
  Models extends ModelSettings = ModelSettings,
>(
  deedlog: Deedlog<Host, Catalogue, Models>,
  schema: GraphQLSchema,
  options: UseAuditOptions<NoInfer<Host>, NoInfer<Catalogue>, Fields, NoInfer<Models>> = {},
): GraphQLSchema {
  const checked = checkDeedlog(deedlog);
  return checked.enabled ? wrapFields(schema, planFields(checked, schema, looseOptions(options)), 'always') : schema;
}

/** The schema itself where there is nothing to wrap. */
export function wrapFields(schema: GraphQLSchema, plans: FieldPlans, mode: WrapMode): GraphQLSchema {
  let count = 0;
  const subscription = schema.getSubscriptionType()?.name;
  const mutation = schema.getMutationType()?.name;
  const wrapped = mapSchema(schema, {
    [MapperKind.ROOT_FIELD]: (config: FieldConfig, fieldName: string, typeName: string) => {
      const plan = plans.get(`${typeName}.${fieldName}`);
      // The act of a subscription is to subscribe; each value of the stream is an answer.
      const key = typeName === subscription ? 'subscribe' : 'resolve';
      if (plan === undefined && typeName === mutation && config.extensions?.[MARK] === undefined) {
        count++;
        return { ...config, extensions: { ...config.extensions, [MARK]: false } };
      }
      if (plan === undefined || isDone(config, key, mode)) return config;
      count++;
      return { ...config, [key]: auditedResolver(plan, config[key]), extensions: { ...config.extensions, [MARK]: true } };
    },
  });
  return count === 0 ? schema : wrapped;
}

function isDone(config: FieldConfig, key: 'resolve' | 'subscribe', mode: WrapMode): boolean {
  const resolve = config[key] as GraphQLFieldResolver<unknown, unknown> | undefined;
  return isAudited(resolve) || (mode === 'unmarked' && config.extensions?.[MARK] === true);
}
