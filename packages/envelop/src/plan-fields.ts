import { DeedlogError, STANDARD_VERBS, coreErrors, fieldTreatments, normalizeAction } from '@deedlog/core';
import type { ActionCatalogue, Deedlog, ModelSettings } from '@deedlog/core';
import type { GraphQLObjectType, GraphQLSchema } from 'graphql';
import type { AuditedField, UseAuditOptions } from './audit-field-settings.ts';
import { envelopError } from './errors.ts';
import type { FieldPlan, LooseSettings } from './field-plan.ts';
import { settingsOfField } from './settings-of-field.ts';
import type { RootField } from './settings-of-field.ts';

/** Options as they are at run time. */
export interface LooseOptions extends Pick<UseAuditOptions, 'action'> {
  readonly fields?: Readonly<Record<string, LooseSettings>>;
}

/** The options without the types of host, catalogue, arguments and models, which end here. */
export function looseOptions<Host, Catalogue extends ActionCatalogue, Fields, Models extends ModelSettings>(options: UseAuditOptions<Host, Catalogue, Fields, Models>): LooseOptions {
  return options as unknown as LooseOptions;
}

/** The plans of the audited fields by coordinate, `Mutation.approveInvoice`. */
export type FieldPlans = ReadonlyMap<string, FieldPlan>;

/** Plans the audit of a schema. Throws `ENVELOP_FIELD_UNKNOWN`, `ENVELOP_SETTINGS_INVALID` and core's `ACTION_UNKNOWN` and `MODEL_UNKNOWN`. */
export function planFields(deedlog: Deedlog, schema: GraphQLSchema, options: LooseOptions): FieldPlans {
  const plans = new Map<string, FieldPlan>();
  const unused = new Set(Object.keys(options.fields ?? {}));
  for (const [operation, type] of rootTypes(schema)) {
    for (const field of Object.values(type.getFields())) {
      const coordinate = `${type.name}.${field.name}`;
      for (const name of namesOf(operation, coordinate)) unused.delete(name);
      const plan = planField(deedlog, { schema, field, coordinate, operation }, options);
      if (plan !== undefined) plans.set(coordinate, plan);
    }
  }
  const [unknown] = unused;
  if (unknown !== undefined) throw envelopError('ENVELOP_FIELD_UNKNOWN', JSON.stringify(unknown));
  return plans;
}

function rootTypes(schema: GraphQLSchema): [AuditedField['operation'], GraphQLObjectType][] {
  const types = [['mutation', schema.getMutationType()], ['query', schema.getQueryType()], ['subscription', schema.getSubscriptionType()]] as const;
  return types.flatMap(([operation, type]) => (type === undefined || type === null ? [] : [[operation, type]]));
}

/** Under which names the option `fields` may hold a field. */
function namesOf(operation: AuditedField['operation'], coordinate: string): string[] {
  return operation === 'mutation' ? [coordinate.slice(coordinate.indexOf('.') + 1), coordinate] : [coordinate];
}

function planField(deedlog: Deedlog, rootField: RootField & Pick<AuditedField, 'operation'>, options: LooseOptions): FieldPlan | undefined {
  const { operation, coordinate, field } = rootField;
  const name = namesOf(operation, coordinate).find((one) => Object.hasOwn(options.fields ?? {}, one));
  const settings = settingsOfField(rootField, name === undefined ? undefined : options.fields?.[name]);
  if (settings?.skip === true || (settings === undefined && operation !== 'mutation')) return undefined;
  const declared = settings?.action;
  if (declared !== undefined) checkAction(declared, coordinate, deedlog.actions);
  if (settings?.model !== undefined) checkModel(settings.model, coordinate, deedlog.models);
  return {
    deedlog,
    action: declared ?? options.action?.({ operation, name: field.name }) ?? `${operation}.${field.name}`,
    actionDeclared: declared !== undefined,
    input: settings?.input === undefined ? undefined : fieldTreatments(settings.input),
    settings: settings ?? {},
  };
}

function checkModel(model: string, coordinate: string, models: readonly string[]): void {
  if (models.includes(model)) return;
  throw new DeedlogError('MODEL_UNKNOWN', coreErrors.MODEL_UNKNOWN, { detail: `${coordinate}: ${JSON.stringify(model)}` });
}

/** Directives and extensions are not typed, so a misspelt action is found here, when the schema arrives. */
function checkAction(action: string, coordinate: string, actions: ActionCatalogue | undefined): void {
  if (actions === undefined || Object.hasOwn(actions, action)) return;
  const normal = normalizeAction(action);
  const verb = normal.slice(normal.lastIndexOf('.') + 1);
  if (Object.hasOwn(actions, normal) || (STANDARD_VERBS as readonly string[]).includes(verb)) return;
  throw new DeedlogError('ACTION_UNKNOWN', coreErrors.ACTION_UNKNOWN, { detail: `${coordinate}: ${JSON.stringify(action)}` });
}
