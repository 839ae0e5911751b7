import { DeedlogError, coreError } from '../errors.ts';
import { STANDARD_VERBS } from '../record/action.ts';
import type { ActionDefinition } from '../record/action.ts';
import type { Activity } from '../record/activity.ts';
import { actorColumns } from '../record/actor.ts';
import { storedChanges } from '../record/changes.ts';
import { fillSlots } from '../record/message.ts';
import { redactText } from '../record/redact.ts';
import { safeText, toJsonObject } from '../record/serialize.ts';
import type { Json, JsonObject } from '../record/serialize.ts';
import { NO_TARGET, storedRelated, targetColumns } from '../record/target.ts';
import type { Draft } from './draft.ts';
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
  const definition = definitionOf(draft, settings);
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
  const { isDenied, describers, source } = settings;
  const definition = definitionOf(draft, settings);
  const { tenant, ...context } = draft.context;
  const { target, related, changes, reason } = draft;
  const columns = {
    id: draft.id,
    occurredAt: draft.occurredAt,
    recordedAt: new Date(),
    action: attempt(() => checkedAction(draft, settings), 'unknown'),
    outcome: draft.outcome,
    outcomeCode: draft.outcomeCode === undefined ? null : safeText(draft.outcomeCode, MAX_CODE),
    ...attempt(() => actorColumns(draft.actor), actorColumns(null)),
    ...(target === undefined ? NO_TARGET : attempt(() => targetColumns(target, describers), NO_TARGET)),
    related: related === undefined ? null : attempt(() => storedRelated(related, describers), null),
    tool: textOrNull(draft.tool ?? definition?.tool),
    reason: attempt(() => checkedReason(reason, definition, draft), null),
    changes: changes === undefined ? null : attempt(() => storedChanges(changes, isDenied, draft.changeFields), null),
    input: draft.input,
    context,
    metadata: metadataOf(draft, settings),
    observer: draft.observer,
    source,
    tenant: tenant ?? null,
    correlationId: draft.correlationId,
    causationId: draft.causationId,
  };
  return { ...columns, ...attempt(() => messageColumns(columns, draft, { definition, settings }), NO_MESSAGE) };
}

const MAX_CODE = 128;
const NO_MESSAGE = { message: null, messageValues: null };

function textOrNull(text: string | undefined): string | null {
  return text === undefined ? null : redactText(safeText(text));
}

function metadataOf({ captured, metadata }: Draft, { isDenied }: Settings): JsonObject {
  if (captured === undefined && metadata === undefined) return NO_METADATA;
  // Two bags are serialised apart, so that a hostile one cannot use up the other's budget.
  const seen = captured === undefined ? NO_METADATA : toJsonObject(captured, isDenied);
  return metadata === undefined ? seen : { ...seen, ...toJsonObject(metadata, isDenied) };
}

function definitionOf(draft: Draft, settings: Settings): ActionDefinition | undefined {
  const { actions } = settings;
  return actions !== undefined && Object.hasOwn(actions, draft.action) ? actions[draft.action] : undefined;
}

function checkedAction(draft: Draft, { actions, normalizeAction }: Settings): string {
  if (actions !== undefined && Object.hasOwn(actions, draft.action)) return draft.action;
  const action = normalizeAction(draft.action);
  if (action === '') throw coreError('ACTION_INVALID', JSON.stringify(draft.action));
  const verb = action.slice(action.lastIndexOf('.') + 1);
  const standard = (STANDARD_VERBS as readonly string[]).includes(verb);
  if (actions !== undefined && draft.actionDeclared && !standard) throw coreError('ACTION_UNKNOWN', JSON.stringify(draft.action));
  return action;
}

function checkedReason(reason: string | undefined, definition: ActionDefinition | undefined, draft: Draft): string | null {
  if (reason !== undefined && reason !== '') return redactText(safeText(reason));
  // What was refused or failed never came to the point of justifying itself.
  if (definition?.reason === 'required' && draft.outcome === 'success') throw coreError('REASON_MISSING', draft.action);
  return null;
}

interface MessageSource {
  readonly definition: ActionDefinition | undefined;
  readonly settings: Settings;
}

function messageColumns(
  columns: Omit<Activity, 'message' | 'messageValues'>,
  draft: Draft,
  { definition, settings }: MessageSource,
): { message: string | null; messageValues: Readonly<Record<string, Json>> | null } {
  // A declared template tells of an act that was done; of one that was not, only a message given by hand tells.
  const template = draft.message ?? (draft.outcome === 'success' ? definition?.message : undefined);
  if (template === undefined) return NO_MESSAGE;
  const { actorKind: kind, actorId, actorLabel, targetType, targetId, targetLabel } = columns;
  const objects = {
    action: columns.action,
    outcome: columns.outcome,
    reason: columns.reason,
    tool: columns.tool,
    actor: { kind, id: actorId, label: actorLabel ?? actorId ?? kind },
    target: { type: targetType, id: targetId, label: targetLabel ?? targetId },
    input: columns.input,
    metadata: columns.metadata,
    ...draft.values,
  };
  return { message: safeText(template), messageValues: fillSlots(template, objects, settings.isDenied) };
}

async function checkMetadata(definition: ActionDefinition, metadata: Readonly<Record<string, unknown>>, draft: Draft): Promise<DeedlogError | undefined> {
  try {
    const result = await definition.metadata?.['~standard'].validate(metadata);
    if (result?.issues === undefined) return undefined;
    // Paths only: an issue's message may quote the value.
    const paths = result.issues.map(({ path = [] }) => path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.') || '(root)');
    return coreError('METADATA_INVALID', `${draft.action}: ${paths.join(', ')}`);
  } catch (cause) {
    return coreError('METADATA_INVALID', `${draft.action}: the schema threw`, cause);
  }
}

