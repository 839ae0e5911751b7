import type { TriggeredEffects } from '../deliver/store.ts';
import type { Activity } from '../record/activity.ts';
import { defaultAction } from './default-action.ts';
import { prepare } from './prepare.ts';
import type { Recorder } from './recorder.ts';
import type { Scope } from './scope.ts';
import { draftBy } from './track-activity.ts';

export interface LeastFacts {
  readonly id: string;
  readonly effects: TriggeredEffects;
  readonly scope: Scope;
  /** Default: made of the table and the verb. */
  readonly action?: string;
}

/**
 * The record of an act that nobody told of, or that is left out of the log: who, from where, and what a trigger saw. Ignore rules do not
 * apply: a trigger cannot be told to look away, and its effects must not point to nothing.
 */
export async function leastRecord({ id, effects, scope, action }: LeastFacts, recorder: Recorder): Promise<Activity> {
  const { type, verb, id: key } = effects;
  const target = key === undefined ? undefined : { type, id: key };
  const told = draftBy((await scope.actor) ?? null, { action: action ?? defaultAction(verb, type), target }, scope);
  const causationId = scope.intent?.id === id ? scope.causationId : ((target && scope.claims.find(target, verb)) ?? told.causationId);
  if (target !== undefined && action === undefined) scope.claims.claimChange(target, verb, id);
  return prepare({ ...told, id, causationId, actionDeclared: false, observer: 'trigger' }, recorder.settings, 'lenient');
}
