import { coreError } from '../errors.ts';
import type { ActivityContext } from '../record/activity.ts';
import { actorColumns, MAX_CHAIN } from '../record/actor.ts';
import type { Actor } from '../record/actor.ts';
import { correlationText } from '../record/safe-text.ts';
import { EMPTY_CONTEXT, mergeContexts } from './context.ts';
import type { ResumeOptions, Scope, SerializedContext } from './scope.ts';

/** Version of the text form; a reader refuses what it does not know. */
const VERSION = 1;

/** Longest text that is read, in characters; what {@link serializeScope} writes is far shorter. */
const MAX_SERIALIZED = 100_000;

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
    actor: actor === null ? null : textActor(actor, MAX_CHAIN),
    context: scope.context,
    correlationId: scope.correlationId,
    causationId: scope.intent?.id ?? scope.causationId,
  };
  return JSON.stringify(carried);
}

/** The scope that a job brought along, with who acts in it. Throws `CONTEXT_INVALID`. */
export function resumeScope(serialized: SerializedContext, options: ResumeOptions): Omit<Scope, 'intent' | 'paused' | 'claims' | 'flowActor' | 'suppression'> {
  const { actor, context, correlationId, causationId } = parseCarried(serialized);
  return { actor: actorOfJob(actor, options), context, correlationId, causationId };
}

function parseCarried(serialized: string): Carried {
  if (typeof serialized !== 'string') throw coreError('CONTEXT_INVALID', 'not text');
  if (serialized.length > MAX_SERIALIZED) throw coreError('CONTEXT_INVALID', 'too long');
  let value: unknown;
  try {
    value = JSON.parse(serialized);
  } catch {
    // No cause: a parse error quotes the text.
    throw coreError('CONTEXT_INVALID', 'not JSON');
  }
  if (!isBag(value) || value['v'] !== VERSION) throw coreError('CONTEXT_INVALID', 'not of version 1');
  const { actor, context, correlationId, causationId } = value;
  if (!isBag(context) || !Object.values(context).every((field) => typeof field === 'string')) throw coreError('CONTEXT_INVALID', 'context');
  if (typeof correlationId !== 'string') throw coreError('CONTEXT_INVALID', 'correlationId');
  if (causationId !== null && typeof causationId !== 'string') throw coreError('CONTEXT_INVALID', 'causationId');
  return {
    v: VERSION,
    actor: checkedActor(actor),
    context: mergeContexts(EMPTY_CONTEXT, context as ActivityContext),
    correlationId: correlationText(correlationId) ?? '',
    causationId: correlationText(causationId) ?? null,
  };
}

function isBag(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkedActor(value: unknown): Actor | null {
  if (value === null) return null;
  try {
    const actor = value as Actor;
    if (isBag(value) && actorColumns(actor).actorKind !== null) return textActor(actor, MAX_CHAIN);
  } catch {
    // Told below, with the code that fits.
  }
  throw coreError('CONTEXT_INVALID', 'actor');
}

function actorOfJob(carried: Actor | null, { actor, via = 'job' }: ResumeOptions): Actor | null {
  if (actor === undefined) return carried;
  return carried === null || actor.kind === 'anonymous' ? actor : { ...actor, onBehalfOf: carried, via };
}

/** The actor with ids as text, its chain no longer than what a record keeps. */
function textActor(actor: Actor, left: number): Actor {
  if (actor.kind === 'anonymous') return { kind: 'anonymous', label: actor.label, via: actor.via };
  const { kind, id, label, via, onBehalfOf } = actor;
  return { kind, id: String(id), label, via, onBehalfOf: onBehalfOf === undefined || left === 0 ? undefined : textActor(onBehalfOf, left - 1) };
}
