import { DEFAULT_FAILURE_POLICY } from '../deliver/failure-policy.ts';
import type { Activity } from '../record/activity.ts';
import type { ActionCatalogue } from '../record/action.ts';
import type { Actor } from '../record/actor.ts';
import { createDenyRule } from '../record/redact.ts';
import { actionNames } from './action-names.ts';
import { prepare } from './prepare.ts';
import type { Settings } from './settings.ts';
import { draftBy } from './track-activity.ts';
import type { ActivityInput } from './track-activity.ts';

/** An activity for those who store it themselves. */
export type NewActivity = Omit<ActivityInput<ActionCatalogue, string>, 'actor' | 'model'> & { readonly actor: Actor };

const SETTINGS: Settings = {
  ...actionNames(undefined),
  isDenied: createDenyRule(),
  isIgnored: () => false,
  hasIgnoreRules: false,
  models: undefined,
  describers: [],
  source: 'app',
  onFailure: DEFAULT_FAILURE_POLICY,
  report: () => undefined,
};

/**
 * A complete activity, without a deedlog: normalised, cleaned and redacted by its default rules, with a new id. It is stored by nobody.
 * Throws `ACTION_INVALID`, `TARGET_INVALID` and the other codes of wrong input.
 */
export function createActivity(activity: NewActivity): Activity {
  // Without a metadata schema nothing has to be waited for.
  return prepare(draftBy(activity.actor, activity as never, undefined), SETTINGS, 'strict') as Activity;
}
