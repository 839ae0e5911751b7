import { coreError } from '../errors.ts';
import { cleanText, LIMITS, safeText } from './safe-text.ts';

/** Who acts: a person, a program, or nobody that could be identified. */
export type ActorKind = 'user' | 'system' | 'anonymous';

/** An actor as a caller states it. Ids of any scalar type are stored as text. */
export type Actor =
  | {
      readonly kind: 'user' | 'system';
      readonly id: string | number | bigint;
      /** How people read it, for example a full name. */
      readonly label?: string | undefined;
      /** For whom it acts: the customer that support impersonates, the user whose job this is. */
      readonly onBehalfOf?: Actor | undefined;
      /** By which means it acts for them: `impersonation`, `job`, `token`, … */
      readonly via?: string | undefined;
    }
  | {
      readonly kind: 'anonymous';
      readonly id?: undefined;
      readonly label?: string | undefined;
      readonly onBehalfOf?: undefined;
      readonly via?: string | undefined;
    };

/** One link of an actor chain as it is stored in `onBehalfOf`. */
export interface ActorLink {
  readonly kind: ActorKind;
  readonly id: string | null;
  readonly label: string | null;
  /** By which means the actor before this link acts for it. */
  readonly via: string | null;
  readonly onBehalfOf: ActorLink | null;
}

/** The actor columns of an activity. */
export interface ActorColumns {
  readonly actorKind: ActorKind | null;
  readonly actorId: string | null;
  readonly actorLabel: string | null;
  readonly onBehalfOf: ActorLink | null;
}

type ActorExtras = { label?: string | undefined; onBehalfOf?: Actor | undefined; via?: string | undefined };

/** A person: `userActor(7, { label: 'Ada Lovelace' })`. */
export function userActor(id: string | number | bigint, extras: ActorExtras = {}): Actor {
  return { kind: 'user', id, ...extras };
}

/** A program: `systemActor('nightly-billing')`. */
export function systemActor(id: string | number | bigint, extras: ActorExtras = {}): Actor {
  return { kind: 'system', id, ...extras };
}

/** Nobody that could be identified. */
export const anonymousActor: Actor = { kind: 'anonymous' };

/** Whether both are the same one, acting for the same and by the same means; labels do not tell. */
export function isSameActor(one: Actor, other: Actor): boolean {
  if (one === other) return true;
  if (one.kind !== other.kind || String(one.id) !== String(other.id) || one.via !== other.via) return false;
  const { onBehalfOf } = one;
  return onBehalfOf === undefined || other.onBehalfOf === undefined ? onBehalfOf === other.onBehalfOf : isSameActor(onBehalfOf, other.onBehalfOf);
}

/** An `act` claim (RFC 8693 §4.1): who acts. A nested one is who acted before. */
export interface ActClaim {
  readonly sub?: string | undefined;
  readonly act?: unknown;
}

/** Claims of a verified token, as far as the actor chain needs them. */
export interface ActorClaims {
  readonly sub?: string | undefined;
  /** RFC 8693 §4.1: who acts for `sub`; may nest. */
  readonly act?: ActClaim | undefined;
}

/**
 * The actor that verified token claims name. With an `act` claim (RFC 8693 §4.1) the actor is `act.sub`, via `token` on behalf
 * of whom a nested `act` names, and in the end of `sub`. Without `sub` it is undefined: nobody is invented.
 */
export function actorFromClaims(claims: ActorClaims): Actor | undefined {
  const { sub, act } = claims;
  if (sub === undefined || sub === '') return undefined;
  // The outermost claim acts now: it comes last in the chain that starts with the person.
  return actingSubs(act).reduceRight<Actor>((onBehalfOf, acting) => userActor(acting, { onBehalfOf, via: 'token' }), userActor(sub));
}

function actingSubs(act: unknown): string[] {
  const subs: string[] = [];
  let claim = act;
  while (typeof claim === 'object' && claim !== null && subs.length < MAX_CHAIN) {
    const { sub, act: before } = claim as ActClaim;
    if (typeof sub === 'string' && sub !== '') subs.push(sub);
    claim = before;
  }
  return subs;
}

/** Longest actor chain that is stored: an agent for a service for a user, and one to spare. */
export const MAX_CHAIN = 4;

const NO_ACTOR: ActorColumns = { actorKind: null, actorId: null, actorLabel: null, onBehalfOf: null };

/** The columns of an actor; null stands for "not known", which is not the same as anonymous. Throws `ACTOR_INVALID`. */
export function actorColumns(actor: Actor | null): ActorColumns {
  if (actor === null) return NO_ACTOR;
  const { onBehalfOf } = actor;
  return {
    actorKind: actor.kind,
    actorId: actorId(actor),
    actorLabel: labelText(actor.label),
    onBehalfOf: onBehalfOf === undefined || onBehalfOf === null ? null : actorLink(onBehalfOf, actor.via, MAX_CHAIN),
  };
}

/** {@link actorColumns} of an actor that may be a wrong one, which is then not known: the activity that it acted in has said so. Never throws. */
export function knownActorColumns(actor: Actor | null | undefined): ActorColumns {
  try {
    return actorColumns(actor ?? null);
  } catch {
    return NO_ACTOR;
  }
}

function actorId(actor: Actor): string | null {
  const { kind, id } = actor;
  if (kind === 'anonymous') return null;
  if (kind !== 'user' && kind !== 'system') throw coreError('ACTOR_INVALID', `its kind is ${safeText(kind, LIMITS.key)}`);
  if (id === '' || !['string', 'number', 'bigint'].includes(typeof id) || Number.isNaN(id)) throw coreError('ACTOR_INVALID', `a ${kind} needs an id`);
  return safeText(id, LIMITS.identity);
}

function actorLink(actor: Actor, via: string | undefined, left: number): ActorLink {
  const { kind, onBehalfOf } = actor;
  return {
    kind,
    id: actorId(actor),
    label: labelText(actor.label),
    via: via === undefined || via === null ? null : safeText(via, LIMITS.name),
    onBehalfOf: onBehalfOf === undefined || onBehalfOf === null || left === 1 ? null : actorLink(onBehalfOf, actor.via, left - 1),
  };
}

function labelText(label: unknown): string | null {
  return label === undefined || label === null ? null : cleanText(label, LIMITS.identity);
}
