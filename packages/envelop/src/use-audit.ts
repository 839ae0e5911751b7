import type { ActionCatalogue, Audit, AuditColumns, Deedlog, ModelSettings } from '@deedlog/core';
import type { OnExecuteEventPayload, OnExecuteHookResult, Plugin } from '@envelop/core';
import { OperationTypeNode, getOperationAST } from 'graphql';
import type { ExecutionArgs, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { UseAuditOptions } from './audit-field-settings.ts';
import { requireHost } from './audited-resolver.ts';
import { checkDeedlog } from './check-deedlog.ts';
import { envelopError } from './errors.ts';
import { errorsOf, inspectResult } from './execution-result.ts';
import type { InspectErrors } from './execution-result.ts';
import { runOperation } from './operation.ts';
import type { Operation } from './operation.ts';
import { looseOptions } from './plan-fields.ts';
import type { FieldPlans } from './plan-fields.ts';
import { recordRefusedFields } from './refused-fields.ts';
import { createSchemaWrapper } from './schema-wrapper.ts';
import type { SchemaWrapper } from './schema-wrapper.ts';

/** What {@link useAudit} adds to the GraphQL context, unless the context has an `audit` of its own. `Columns`: the own columns of the models. */
export interface AuditContext<Columns extends object = Readonly<Record<string, unknown>>> {
  /** The intent of the field that is being resolved. Its methods throw `INTENT_MISSING` where none is open. */
  readonly audit: Audit<Columns>;
}

type ExecutePayload = OnExecuteEventPayload<AuditContext>;

/** The plugins made here, so that a second one is noticed. */
const plugins = new WeakSet<object>();

/**
 * Audits every mutation field: one activity each time one is executed, with its coerced arguments as far as they are
 * allowed, stored before the answer goes out. Query and Subscription fields only where they are marked.
 * Throws `ENVELOP_DEEDLOG_MISSING`; `ENVELOP_PLUGIN_TWICE` when the server starts; `ENVELOP_FIELD_UNKNOWN`, `ENVELOP_SETTINGS_INVALID`,
 * `ACTION_UNKNOWN` and `MODEL_UNKNOWN` when the schema arrives; `ENVELOP_CONTEXT_MISSING` when a mutation is executed.
 * @example createYoga({ schema, context, plugins: [useAudit(deedlog)] })
 */
export function useAudit<
  Host,
  Catalogue extends ActionCatalogue,
  Fields = Record<string, Record<string, unknown>>,
  Models extends ModelSettings = ModelSettings,
>(
  deedlog: Deedlog<Host, Catalogue, Models>,
  options: UseAuditOptions<NoInfer<Host>, NoInfer<Catalogue>, Fields, NoInfer<Models>> = {},
): Plugin<AuditContext<AuditColumns<Models>>> {
  const checked = checkDeedlog(deedlog);
  if (!checked.enabled) return {};
  const plugin = auditPlugin(checked, createSchemaWrapper(checked, looseOptions(options)));
  plugins.add(plugin);
  return plugin;
}

function auditPlugin(deedlog: Deedlog, wrapper: SchemaWrapper): Plugin<AuditContext> {
  return {
    onPluginInit({ plugins: all }) {
      if (all.filter((one) => plugins.has(one)).length > 1) throw envelopError('ENVELOP_PLUGIN_TWICE');
    },
    onSchemaChange({ schema, replaceSchema }) {
      wrapper.wrap(schema, replaceSchema);
    },
    onEnveloped({ extendContext }) {
      extendContext({ audit: deedlog.audit });
    },
    onExecute(payload) {
      const definition = getOperationAST(payload.args.document, payload.args.operationName);
      if (definition?.operation !== OperationTypeNode.MUTATION) return undefined;
      return executeMutation(deedlog, { payload, definition, plansOf: wrapper.plansOf });
    },
  };
}

interface Mutation {
  readonly payload: ExecutePayload;
  readonly definition: OperationDefinitionNode;
  readonly plansOf: (schema: GraphQLSchema) => FieldPlans;
}

function executeMutation(deedlog: Deedlog, { payload, definition, plansOf }: Mutation): OnExecuteHookResult<AuditContext> {
  const { args, executeFn, setExecuteFn, context, extendContext } = payload;
  const { document, schema, contextValue: host } = args as ExecutionArgs;
  requireHost({ deedlog }, host);
  if (!('audit' in context)) extendContext({ audit: deedlog.audit });
  const operation: Operation = { definition, host, fieldResolver: args.fieldResolver, reached: new Set(), executed: false };

  const inScope = <Result>(body: () => Result): Result => (host === undefined || host === null ? body() : deedlog.run({ host }, body));
  const recordRefusals: InspectErrors = (errors) => {
    const mutations = schema.getMutationType()?.name;
    const planOf = (name: string) => plansOf(schema).get(`${mutations}.${name}`);
    return recordRefusedFields({ operation, document, variables: args.variableValues ?? {}, errors, planOf });
  };
  setExecuteFn((executed) => inScope(() => runOperation(operation, () => inspectResult(executeFn(executed), recordRefusals))));
  return {
    onExecuteDone({ result }) {
      const errors = operation.executed ? [] : errorsOf(result);
      return errors.length === 0 ? undefined : inScope(() => recordRefusals(errors));
    },
  };
}
