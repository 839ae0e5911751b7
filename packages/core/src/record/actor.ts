import { coreError } from '../errors.ts';
import { safeText } from './serialize.ts';

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

/** Claims of a verified token, as far as the actor chain needs them. */
export interface ActorClaims {
  readonly sub?: string | undefined;
  /** RFC 8693 §4.1: who acts for `sub`; may nest. */
  readonly act?: { readonly sub?: string | undefined; readonly act?: unknown } | undefined;
}

/**
 * The actor that verified token claims name. With an `act` claim (RFC 8693 §4.1) the actor is `act.sub`,
 * on behalf of `sub`, via `token`. Without `sub` it is undefined: nobody is invented.
 */
export function actorFromClaims(claims: ActorClaims): Actor | undefined {
  const { sub, act } = claims;
  if (sub === undefined || sub === '') return undefined;
  const subject = userActor(sub);
  return act?.sub === undefined ? subject : userActor(act.sub, { onBehalfOf: subject, via: 'token' });
}

/** Longest actor chain that is stored: an agent for a service for a user, and one to spare. */
const MAX_CHAIN = 4;

const NO_ACTOR: ActorColumns = { actorKind: null, actorId: null, actorLabel: null, onBehalfOf: null };

/** The columns of an actor; null stands for "not known", which is not the same as anonymous. */
export function actorColumns(actor: Actor | null): ActorColumns {
  if (actor === null) return NO_ACTOR;
  return {
    actorKind: actor.kind,
    actorId: actorId(actor),
    actorLabel: actor.label === undefined ? null : safeText(actor.label),
    onBehalfOf: actor.onBehalfOf === undefined ? null : actorLink(actor.onBehalfOf, actor.via, MAX_CHAIN),
  };
}

function actorId(actor: Actor): string | null {
  if (actor.kind === 'anonymous') return null;
  if (actor.kind !== 'user' && actor.kind !== 'system') {
    throw coreError('ACTOR_INVALID', `kind ${JSON.stringify((actor as { kind?: unknown }).kind)}`);
  }
  const { id } = actor;
  if (id === '' || !['string', 'number', 'bigint'].includes(typeof id)) {
    throw coreError('ACTOR_INVALID', `a ${actor.kind} needs an id`);
  }
  return safeText(String(id));
}

function actorLink(actor: Actor, via: string | undefined, left: number): ActorLink {
  return {
    kind: actor.kind,
    id: actorId(actor),
    label: actor.label === undefined ? null : safeText(actor.label),
    via: via === undefined ? null : safeText(via),
    onBehalfOf:
      actor.onBehalfOf === undefined || left === 1 ? null : actorLink(actor.onBehalfOf, actor.via, left - 1),
  };
}
