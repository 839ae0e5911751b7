import { DeedlogError, coreError } from '../errors.ts';
import { STANDARD_VERBS } from '../record/action.ts';
import type { ActionDefinition } from '../record/action.ts';
import type { Activity, ActivityContext } from '../record/activity.ts';
import { actorColumns } from '../record/actor.ts';
import type { ActorColumns } from '../record/actor.ts';
import { DEFAULT_MODEL } from '../record/model.ts';
import { fillTemplate } from '../record/message.ts';
import type { StoredMessage } from '../record/message.ts';
import type { IsDenied } from '../record/redact.ts';
import { cleanText, LIMITS, safeText } from '../record/safe-text.ts';
import { toJsonObject } from '../record/serialize.ts';
import type { JsonObject } from '../record/serialize.ts';
import { storedChanges } from '../record/stored-changes.ts';
import { NO_TARGET, storedRelated, targetColumns } from '../record/target.ts';
import type { Draft } from './draft.ts';
import type { Models } from './models.ts';
import type { Settings } from './settings.ts';

/**
 * - `strict`: wrong input throws, before anything is written.
 * - `lenient`: the act is over, so the record is stored as far as it goes and names its problems.
 */
export type Strictness = 'strict' | 'lenient';

/** Under this key of the metadata stand the codes of the problems that a record has. */
export const PROBLEMS_KEY = 'deedlog.problems';

/** Runs a step of the preparation; in lenient mode its error is collected and the fallback stands. */
type Attempt = <Value>(step: () => Value, fallback: Value) => Value;

const NO_METADATA: JsonObject = {};

/**
 * The activity that a draft describes, not yet checked against the ignore rules. A promise only where the action has a
 * metadata schema, so that the common path waits for nothing.
 */
export function prepare(draft: Draft, settings: Settings, strictness: Strictness): Activity | Promise<Activity> {
  const definition = settings.definitionOf(draft.action);
  const unchecked = definition?.metadata === undefined || (draft.outcome !== 'success' && draft.metadata === undefined);
  return unchecked ? complete(draft, settings, { strictness }) : checkAndComplete(definition, draft, { settings, strictness });
}

async function checkAndComplete(
  definition: ActionDefinition,
  draft: Draft,
  { settings, strictness }: { settings: Settings; strictness: Strictness },
): Promise<Activity> {
  const found = await checkMetadata(definition, draft.metadata ?? {}, draft);
  if (found !== undefined && strictness === 'strict') throw found;
  return complete(draft, settings, { strictness, found });
}

function complete(
  draft: Draft,
  settings: Settings,
  { strictness, found }: { strictness: Strictness; found?: DeedlogError | undefined },
): Activity {
  const problems: DeedlogError[] = found === undefined ? [] : [found];
  const attempt: Attempt = (step, fallback) => {
    try {
      return step();
    } catch (error) {
      if (strictness === 'strict') throw error;
      problems.push(error instanceof DeedlogError ? error : coreError('INTENT_CALLBACK_FAILED', undefined, error));
      return fallback;
    }
  };
  const activity = buildActivity(draft, settings, attempt);
  if (problems.length === 0) return activity;
  for (const problem of problems) settings.report(problem, activity);
  return { ...activity, metadata: { ...activity.metadata, [PROBLEMS_KEY]: problems.map(({ code }) => code) } };
}

function buildActivity(draft: Draft, settings: Settings, attempt: Attempt): Activity {
  const { isDenied, describers, source, models } = settings;
  const definition = settings.definitionOf(draft.action);
  const { context, target, related, changes, outcomeCode } = draft;
  const { actorKind, actorId, actorLabel, onBehalfOf } = attempt(() => actorColumns(draft.actor), NO_ACTOR);
  const { targetType, targetId, targetLabel } = target === undefined || target === null ? NO_TARGET : attempt(() => targetColumns(target, describers), NO_TARGET);
  // One literal with every column, and what needs others assigned after: spreading would cost more than all the rest.
  const activity: Writable<Activity> = {
    id: draft.id,
    occurredAt: checkedDate(draft.occurredAt),
    recordedAt: new Date(),
    model: models === undefined && draft.model === undefined ? DEFAULT_MODEL : attempt(() => checkedModel(draft.model, models), DEFAULT_MODEL),
    columns: null,
    action: attempt(() => checkedAction(draft, settings), 'unknown'),
    outcome: draft.outcome,
    outcomeCode: outcomeCode === undefined ? null : cleanText(outcomeCode, LIMITS.name),
    actorKind,
    actorId,
    actorLabel,
    onBehalfOf,
    targetType,
    targetId,
    targetLabel,
    related: related === undefined ? null : attempt(() => storedRelated(related, describers), null),
    tool: textOrNull(draft.tool ?? definition?.tool),
    message: null,
    messageValues: null,
    reason: attempt(() => checkedReason(draft, definition), null),
    changes: changes === undefined || changes === null ? null : storedChanges(changes, isDenied, draft.changeFields),
    input: draft.input,
    context: context.tenant === undefined ? context : withoutTenant(context),
    metadata: metadataOf(draft, isDenied),
    observer: draft.observer,
    source,
    tenant: context.tenant ?? null,
    correlationId: draft.correlationId,
    causationId: draft.causationId,
  };
  // A declared template tells of an act that was done; of one that was not, only a message given by hand tells.
  const template = draft.message ?? (draft.outcome === 'success' ? definition?.message : undefined);
  if (template !== undefined) attempt(() => Object.assign(activity, messageOf(template, { activity, draft, isDenied })), activity);
  if (models !== undefined) activity.columns = models.columnsOf(activity, draft.columns, attempt);
  return activity;
}

type Writable<Record> = { -readonly [Column in keyof Record]: Record[Column] };

const NO_ACTOR: ActorColumns = actorColumns(null);

function withoutTenant({ tenant: _tenant, ...context }: ActivityContext): Activity['context'] {
  return context;
}

function checkedDate(date: Date): Date {
  return date instanceof Date && !Number.isNaN(date.getTime()) ? date : new Date();
}

function checkedModel(name: string | undefined, models: Models | undefined): string {
  if (models !== undefined) return models.checkedName(name);
  if (name === DEFAULT_MODEL) return name;
  throw coreError('MODEL_UNKNOWN', quoted(name));
}

function textOrNull(text: string | undefined): string | null {
  return text === undefined ? null : cleanText(text, LIMITS.name);
}

function metadataOf({ captured, metadata }: Draft, isDenied: IsDenied): JsonObject {
  if (captured === undefined && metadata === undefined) return NO_METADATA;
  // Two bags are serialised apart, so that a hostile one cannot use up the other's budget.
  const seen = captured === undefined ? NO_METADATA : toJsonObject(captured, isDenied);
  return metadata === undefined ? seen : { ...seen, ...toJsonObject(metadata, isDenied) };
}

function checkedAction({ action, actionDeclared }: Draft, { nameOf, definitionOf, hasCatalogue }: Settings): string {
  const name = nameOf(action);
  if (name === '') throw coreError('ACTION_INVALID', quoted(action));
  if (hasCatalogue && actionDeclared && definitionOf(action) === undefined) {
    const verb = name.slice(name.lastIndexOf('.') + 1);
    if (!(STANDARD_VERBS as readonly string[]).includes(verb)) throw coreError('ACTION_UNKNOWN', quoted(action));
  }
  return name;
}

function quoted(action: unknown): string {
  return JSON.stringify(safeText(action, LIMITS.name));
}

function checkedReason({ reason, outcome, action }: Draft, definition: ActionDefinition | undefined): string | null {
  if (reason !== undefined && reason !== null && reason !== '') return cleanText(reason);
  // What was refused or failed never came to the point of justifying itself.
  if (definition?.reason === 'required' && outcome === 'success') throw coreError('REASON_MISSING', quoted(action));
  return null;
}

function messageOf(template: string, { activity, draft, isDenied }: { activity: Activity; draft: Draft; isDenied: IsDenied }): StoredMessage {
  const { action, outcome, reason, tool, input, metadata, actorKind: kind, actorId, actorLabel, targetType, targetId, targetLabel } = activity;
  const columns = {
    action,
    outcome,
    reason,
    tool,
    actor: { kind, id: actorId, label: actorLabel ?? actorId ?? kind },
    target: { type: targetType, id: targetId, label: targetLabel ?? targetId },
    input,
    metadata,
  };
  return fillTemplate(template, draft.values === undefined ? [columns] : [draft.values, columns], isDenied);
}

async function checkMetadata(definition: ActionDefinition, metadata: Readonly<Record<string, unknown>>, draft: Draft): Promise<DeedlogError | undefined> {
  try {
    const result = await definition.metadata?.['~standard'].validate(metadata);
    if (result?.issues === undefined) return undefined;
    // Paths only: an issue's message may quote the value.
    const paths = result.issues.map(({ path = [] }) => path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.') || '(root)');
    return coreError('METADATA_INVALID', safeText(`${draft.action}: ${paths.join(', ')}`));
  } catch (cause) {
    return coreError('METADATA_INVALID', `${draft.action}: the schema threw`, cause);
  }
}

