import { createDiff } from '../record/changes.ts';
import type { Changes } from '../record/changes.ts';
import { fieldTreatments } from '../record/fields.ts';
import { readProperty } from '../record/read-property.ts';
import type { FieldSelection } from '../record/fields.ts';
import type { TargetLike } from '../record/target.ts';
import { defaultAction } from './default-action.ts';
import { completionOf, draftActivity } from './track-activity.ts';
import type { ActivityFacts, ModelChoice, TrackedActivity } from './track-activity.ts';
import type { Receipt } from './receipt.ts';
import type { Recorder } from './recorder.ts';

/** A create or delete that the caller did. `data` holds the validated values, `fields` says which of them may be stored. */
export interface AuditedChange<Data extends object> extends Omit<ActivityFacts, 'target' | 'changes'> {
  /** The entity, or `{ type, id, label }`. */
  readonly target: TargetLike;
  /** Default: the target's type in lower case, then the verb: `article.update`. */
  readonly action?: string | undefined;
  readonly data?: Data | undefined;
  /** Default: none. */
  readonly fields?: FieldSelection<Data> | undefined;
  readonly reason?: string | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** An update that the caller did: `before` and `data` are compared over the fields that `data` has. */
export interface AuditedUpdate<Data extends object> extends AuditedChange<Data> {
  /** The values before; without it the old values are unknown and stored as null. */
  readonly before?: Partial<Data> | object | undefined;
}

export type ChangeVerb = 'create' | 'update' | 'delete';

/** Records a create, update or delete for code without a lifecycle; completes the open intent if that is about the same act. */
export async function trackChange<Data extends object>(
  verb: ChangeVerb,
  change: AuditedUpdate<Data> & ModelChoice,
  { recorder, transaction }: { readonly recorder: Recorder; readonly transaction?: unknown },
): Promise<Receipt> {
  const { data, fields, before, target, action: declared, ...facts } = change;
  const described = recorder.describe(target);
  const action = declared ?? defaultAction(verb, described.type);
  // Without an allow-list no value may be kept, so none is compared.
  const compared = fields === undefined ? undefined : { changes: changesOf(verb, data, before), changeFields: fieldTreatments(fields) };
  const activity: TrackedActivity = { ...facts, ...compared, action, target };
  const intent = recorder.scope?.intent;
  if (intent?.accepts(action, target) === true && intent.isOfModel(change.model)) return intent.complete(completionOf(activity));
  const fallback = action === defaultAction(verb, described.type) ? recorder.scope?.claims.findFallback(described, verb) : undefined;
  if (fallback !== undefined) return afterFallback(activity, fallback, { recorder, transaction });
  return recorder.record(draftActivity(activity, recorder), { strictness: 'strict', transaction });
}

/** The flush told of this change already, with its effect. What the helper knows beyond that becomes a second activity, caused by the first. */
function afterFallback(
  { changes: _told, changeFields: _treatments, ...activity }: TrackedActivity,
  fallback: string,
  { recorder, transaction }: { readonly recorder: Recorder; readonly transaction?: unknown },
): Promise<Receipt> | Receipt {
  const { action: _action, target: _target, actor: _actor, ...more } = activity;
  if (Object.values(more).every((fact) => fact === undefined)) return { id: fallback, status: 'merged' };
  return recorder.record(draftActivity({ ...activity, causationId: fallback }, recorder), { strictness: 'strict', transaction });
}

function changesOf(verb: ChangeVerb, data: object | undefined, before: object | undefined): Changes | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  switch (verb) {
    case 'create':
      return createDiff(null, data);
    case 'delete':
      return createDiff(data, null);
    case 'update':
      // A partial update says nothing about the fields that it leaves out.
      return createDiff(pickNamed(before, namesOf(data)), data);
  }
}

function namesOf(data: object): readonly string[] {
  try {
    return Object.keys(data);
  } catch {
    return [];
  }
}

function pickNamed(before: object | undefined, names: readonly string[]): object | undefined {
  if (typeof before !== 'object' || before === null) return undefined;
  try {
    // Where the old state lacks a name, `__proto__` above all, its prototype must not answer; the getters of a class may.
    const known = names.filter((name) => name in before && name !== '__proto__');
    return Object.fromEntries(known.map((name) => [name, readProperty(before, name)]));
  } catch {
    return undefined;
  }
}
