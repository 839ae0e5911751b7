import type { ActionCatalogue, ActionName, FieldSelection, ModelName, ModelSettings, TargetLike } from '@deedlog/core';

/** What derives a part of the record from the coerced arguments and the GraphQL context, before the resolver runs. */
export type FromArguments<Args, Host, Value> = (args: Args, context: Host) => Value | undefined;

/**
 * How one root field is audited. All of it is optional, and all of it may be given in three places; each setting is taken
 * from the first that has it: the option `fields`, `extensions.audit` of the field, its `@audit` directive.
 * A Query or Subscription field is audited only if one of the three names it.
 */
export interface AuditFieldSettings<
  Args = Record<string, unknown>,
  Host = unknown,
  Catalogue extends ActionCatalogue = ActionCatalogue,
  Models extends ModelSettings = ModelSettings,
> {
  /** `resource.verb`. Default: `mutation.` (`query.`, `subscription.`) and the field's name. */
  readonly action?: ActionName<Catalogue>;
  /** The kind of activity. Its own columns come from `context.audit.columns({ … })` or the model's `fill`. Default `default`. */
  readonly model?: ModelName<Models>;
  /** Category by feature. */
  readonly tool?: string;
  /** Message template. */
  readonly message?: string;
  /** The arguments that may be stored, as dotted paths: `['id', 'invoice.total']`. Default: none. */
  readonly input?: FieldSelection<Args>;
  readonly target?: FromArguments<Args, Host, TargetLike>;
  readonly reason?: string | FromArguments<Args, Host, string>;
  readonly metadata?: Readonly<Record<string, unknown>> | FromArguments<Args, Host, Readonly<Record<string, unknown>>>;
  /** True: the field is not audited. Default false. */
  readonly skip?: boolean;
}

/** A root field, as the option `action` gets it. */
export interface AuditedField {
  readonly operation: 'mutation' | 'query' | 'subscription';
  readonly name: string;
}

/** Options of {@link useAudit} and {@link wrapMutationFields}. */
export interface UseAuditOptions<
  Host = unknown,
  Catalogue extends ActionCatalogue = ActionCatalogue,
  Fields = Record<string, Record<string, unknown>>,
  Models extends ModelSettings = ModelSettings,
> {
  /**
   * Settings by field: a mutation field by its name, another root field as `Query.patient`. The type of the arguments is
   * that of the callbacks' first parameter. A name that the schema does not have throws `ENVELOP_FIELD_UNKNOWN`.
   */
  readonly fields?: { readonly [Name in keyof Fields]: AuditFieldSettings<Fields[Name], Host, Catalogue, Models> };
  /** Names the action of a field that declares none. Default: `mutation.` and the field's name. */
  readonly action?: (field: AuditedField) => string;
}
