import type { EntityChange, Explanation } from '../deliver/store.ts';
import type { Activity } from '../record/activity.ts';
import { defaultAction } from './default-action.ts';
import type { Draft } from './draft.ts';
import { prepare } from './prepare.ts';
import type { Recorder } from './recorder.ts';
import type { Scope } from './scope.ts';
import { draftBy } from './track-activity.ts';

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

async function fallbackActivity({ target, verb, model }: EntityChange, recorder: Recorder, scope: Scope | undefined): Promise<Activity> {
  const told = draftBy((await scope?.actor) ?? null, { action: defaultAction(verb, target.type), target, model }, scope);
  const draft: Draft = { ...told, actionDeclared: false, observer: 'mikro-orm' };
  return prepare(draft, recorder.settings, 'lenient');
}
