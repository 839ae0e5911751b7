import { coreError } from '../errors.ts';
import type { ActionCatalogue, ActionDefinition, ActionName } from '../record/action.ts';
import type { ActivityContext } from '../record/activity.ts';
import type { Actor } from '../record/actor.ts';
import type { Changes } from '../record/changes.ts';
import type { FieldTreatments } from '../record/fields.ts';
import { createId } from '../record/id.ts';
import type { ColumnsFact, ModelName, ModelSettings } from '../record/model.ts';
import type { Outcome } from '../record/outcome.ts';
import { correlationText } from '../record/safe-text.ts';
import type { TargetLike } from '../record/target.ts';
import type { InferSchemaInput, StandardSchemaV1 } from '../standard-schema.ts';
import { EMPTY_CONTEXT, mergeContexts } from './context.ts';
import type { Draft } from './draft.ts';
import type { Completion } from './intent-facts.ts';
import type { Receipt } from './receipt.ts';
import type { Recorder } from './recorder.ts';
import type { Scope } from './scope.ts';

/** What is the same for every action. */
export interface ActivityFacts {
  /** Default: the scope's actor. Outside a scope it must be given: nobody is invented. */
  readonly actor?: Actor | undefined;
  readonly target?: TargetLike | undefined;
  /** Others that take part, each with its role. */
  readonly related?: readonly (TargetLike & { readonly role: string })[] | undefined;
  /** Default `success`. */
  readonly outcome?: Outcome | undefined;
  readonly outcomeCode?: string | undefined;
  readonly tool?: string | undefined;
  /** Template; default: the action's. */
  readonly message?: string | undefined;
  /** Objects for the template's slots. */
  readonly values?: Readonly<Record<string, unknown>> | undefined;
  readonly changes?: Changes | undefined;
  /** Wins, field by field, over the captured context. */
  readonly context?: ActivityContext | undefined;
  readonly occurredAt?: Date | undefined;
  /** Default: the open intent. */
  readonly causationId?: string | undefined;
  /** Default: the scope's. */
  readonly correlationId?: string | undefined;
}

type MetadataFact<Definition> = Definition extends { readonly metadata: infer Schema extends StandardSchemaV1 }
  ? Record<never, never> extends InferSchemaInput<Schema>
    ? { readonly metadata?: InferSchemaInput<Schema> }
    : { readonly metadata: InferSchemaInput<Schema> }
  : { readonly metadata?: Readonly<Record<string, unknown>> | undefined };

type ReasonFact<Definition> = Definition extends { readonly reason: 'required' }
  ? { readonly reason: string }
  : { readonly reason?: string | undefined };

/**
 * What {@link Deedlog.trackActivity} takes for an action: its metadata and reason are as the catalogue declares them, its own columns
 * as the model does.
 */
export type ActivityInput<
  Catalogue extends ActionCatalogue,
  Name extends ActionName<Catalogue>,
  Models extends ModelSettings = ModelSettings,
  Model extends ModelName<Models> = 'default',
> = {
  readonly action: Name;
  /** Default `default`. */
  readonly model?: Model;
} & ActivityFacts &
  ColumnsFact<Models, Model> &
  (string extends keyof Catalogue
    ? MetadataFact<ActionDefinition> & ReasonFact<ActionDefinition>
    : MetadataFact<Catalogue[Name]> & ReasonFact<Catalogue[Name]>);

/** The kind of an activity and its own columns, once their types have done their work. */
export interface ModelChoice {
  readonly model?: string | undefined;
  readonly columns?: Readonly<Record<string, unknown>> | undefined;
}

/** {@link ActivityInput} once its types have done their work. */
export interface LooseActivityInput extends ActivityFacts, ModelChoice {
  readonly action: string;
  readonly metadata?: unknown;
  readonly reason?: string | undefined;
}

/** What the helpers make of their input. */
export interface TrackedActivity extends LooseActivityInput {
  readonly changeFields?: FieldTreatments | undefined;
}

/** The draft of an activity that was tracked by hand: explicit facts win over those of the scope. Throws `ACTOR_MISSING`. */
export function draftActivity(activity: TrackedActivity, { scope }: Recorder): Draft | Promise<Draft> {
  const actor = activity.actor ?? scope?.actor;
  // Null is an actor that is not known; undefined is one that nobody was asked for.
  if (actor === undefined) throw coreError('ACTOR_MISSING', activity.action);
  return actor instanceof Promise ? actor.then((known) => draftBy(known, activity, scope)) : draftBy(actor, activity, scope);
}

/** {@link draftActivity} by an actor that is known, or known to be unknown. */
export function draftBy(actor: Actor | null, activity: TrackedActivity, scope: Scope | undefined): Draft {
  const { action, outcome = 'success', outcomeCode, occurredAt = new Date(), target, tool, message, values, reason, changes, changeFields } = activity;
  const context = scope?.context ?? EMPTY_CONTEXT;
  return {
    id: createId(),
    occurredAt,
    model: activity.model,
    columns: activity.columns,
    action,
    actionDeclared: true,
    observer: 'manual',
    outcome,
    outcomeCode,
    actor,
    context: activity.context === undefined ? context : mergeContexts(context, activity.context),
    target,
    related: relatedOf(activity),
    tool,
    message,
    values,
    reason,
    changes,
    changeFields,
    input: null,
    captured: undefined,
    metadata: activity.metadata as Draft['metadata'],
    correlationId: correlationText(activity.correlationId) ?? scope?.correlationId ?? null,
    causationId: correlationText(activity.causationId) ?? scope?.intent?.id ?? scope?.causationId ?? null,
  };
}

function relatedOf({ related }: TrackedActivity): Draft['related'] {
  return related?.map((one) => ({ role: one.role, target: one }));
}

/** What a helper says to the open intent that it completes. */
export function completionOf(activity: TrackedActivity): Completion {
  const { outcome, outcomeCode: code, related: _related, metadata, ...facts } = activity;
  const ending = outcome === undefined ? undefined : { outcome, ...(code === undefined ? {} : { code }) };
  return { ...facts, related: relatedOf(activity), metadata: metadata as Draft['metadata'], ending };
}

/** Records an activity, or completes the open intent if that is the same act: one thing that happened is one record. */
export async function trackActivity(
  activity: LooseActivityInput,
  recorder: Recorder,
  options: { readonly transaction?: unknown } = {},
): Promise<Receipt> {
  const intent = recorder.scope?.intent;
  const toldTwice = intent?.names(activity.action) === true && intent.accepts(activity.action, activity.target) && intent.isOfModel(activity.model);
  if (toldTwice) return intent.complete(completionOf(activity));
  return recorder.record(draftActivity(activity, recorder), { strictness: 'strict', transaction: options.transaction });
}
