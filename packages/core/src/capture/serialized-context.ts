import { coreError } from '../errors.ts';
import type { ActivityContext } from '../record/activity.ts';
import type { Actor } from '../record/actor.ts';
import type { ResumeOptions, Scope, SerializedContext } from './scope.ts';

/** Version of the text form; a reader refuses what it does not know. */
const VERSION = 1;

interface Carried {
  readonly v: typeof VERSION;
  readonly actor: Actor | null;
  readonly context: ActivityContext;
  readonly correlationId: string;
  readonly causationId: string | null;
}

/** The scope as text. Its actor must have been resolved. */
export function serializeScope(scope: Scope, actor: Actor | null): SerializedContext {
  const carried: Carried = {
    v: VERSION,
    actor: actor === null ? null : textActor(actor),
    context: scope.context,
    correlationId: scope.correlationId,
    causationId: scope.intent?.id ?? scope.causationId,
  };
  return JSON.stringify(carried);
}

/** The scope that a job brought along, with who acts in it. Throws `CONTEXT_INVALID`. */
export function resumeScope(serialized: SerializedContext, options: ResumeOptions): Scope {
  const { actor, context, correlationId, causationId } = parseCarried(serialized);
  return { actor: actorOfJob(actor, options), context, correlationId, causationId, intent: undefined, paused: false };
}

function parseCarried(serialized: string): Carried {
  let value: unknown;
  try {
    value = JSON.parse(serialized);
  } catch (cause) {
    throw coreError('CONTEXT_INVALID', 'not JSON', cause);
  }
  const carried = value as Partial<Carried> | null;
  const known =
    carried?.v === VERSION && typeof carried.context === 'object' && typeof carried.correlationId === 'string' && typeof carried.actor === 'object';
  if (!known) throw coreError('CONTEXT_INVALID', `version ${JSON.stringify(carried?.v) ?? 'missing'}`);
  return carried as Carried;
}

function actorOfJob(carried: Actor | null, { actor, via = 'job' }: ResumeOptions): Actor | null {
  if (actor !== undefined) {
    return carried === null || actor.kind === 'anonymous' ? actor : { ...actor, onBehalfOf: carried, via };
  }
  return carried;
}

function textActor(actor: Actor): Actor {
  if (actor.kind === 'anonymous') return actor;
  return { ...actor, id: String(actor.id), onBehalfOf: actor.onBehalfOf && textActor(actor.onBehalfOf) };
}
