import type { EntityChange, Explanation } from '../deliver/store.ts';
import type { Activity } from '../record/activity.ts';
import { createId } from '../record/id.ts';
import { EMPTY_CONTEXT } from './context.ts';
import { defaultAction } from './default-action.ts';
import type { Draft } from './draft.ts';
import { prepare } from './prepare.ts';
import type { Recorder } from './recorder.ts';
import type { Scope } from './scope.ts';

/**
 * The activities that explain the changes of a flush: the open intent; else an activity of the same flow that was told by hand
 * about the entity; else one made here for each entity (the fallback). Undefined: nothing is to be recorded.
 */
export async function explainChanges(changes: readonly EntityChange[], recorder: Recorder): Promise<Explanation | undefined> {
  const { scope } = recorder;
  if (scope?.paused === true) return undefined;
  if (scope?.suppression !== undefined) {
    scope.suppression.changes += changes.length;
    return undefined;
  }
  const intent = scope?.intent;
  if (intent?.explains === true) {
    if (await intent.isIgnored()) return undefined;
    return { activityIds: changes.map(() => intent.id), activities: [], isolate: intent.policy !== 'closed' };
  }
  return explainAlone(changes, recorder, scope);
}

async function explainAlone(changes: readonly EntityChange[], recorder: Recorder, scope: Scope | undefined): Promise<Explanation> {
  const activities: Activity[] = [];
  const activityIds: (string | null)[] = [];
  for (const change of changes) {
    const claimed = scope?.claims.find(change.target, change.verb);
    if (claimed !== undefined) {
      activityIds.push(claimed);
      continue;
    }
    const activity = await fallbackActivity(change, recorder, scope);
    const ignored = recorder.settings.isIgnored(activity);
    if (ignored) recorder.counters.ignored++;
    else activities.push(activity);
    activityIds.push(ignored ? null : activity.id);
    if (!ignored) scope?.claims.claimChange(change.target, change.verb, activity.id);
  }
  const open = activities.some(({ action }) => recorder.policyOf(action) !== 'closed');
  return { activityIds, activities, isolate: open };
}

async function fallbackActivity({ target, verb }: EntityChange, recorder: Recorder, scope: Scope | undefined): Promise<Activity> {
  const draft: Draft = {
    id: createId(),
    occurredAt: new Date(),
    model: undefined,
    columns: undefined,
    action: defaultAction(verb, target.type),
    actionDeclared: false,
    observer: 'mikro-orm',
    outcome: 'success',
    outcomeCode: undefined,
    actor: (await scope?.actor) ?? null,
    context: scope?.context ?? EMPTY_CONTEXT,
    target,
    related: undefined,
    tool: undefined,
    message: undefined,
    values: undefined,
    reason: undefined,
    changes: undefined,
    changeFields: undefined,
    input: null,
    captured: undefined,
    metadata: undefined,
    correlationId: scope?.correlationId ?? null,
    causationId: scope?.intent?.id ?? scope?.causationId ?? null,
  };
  return prepare(draft, recorder.settings, 'lenient');
}
