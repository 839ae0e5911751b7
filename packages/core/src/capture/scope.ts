import type { ActivityContext } from '../record/activity.ts';
import type { Actor } from '../record/actor.ts';
import type { Claims } from './claims.ts';
import type { FlowActor } from './flow.ts';
import type { OpenIntent } from './open-intent.ts';
import type { Suppression } from './suppress.ts';

/** What the async context carries: who acts and from where, and the intent that is open. */
export interface Scope {
  readonly context: ActivityContext;
  /** Null: not known. Undefined: nobody was asked. A promise where the resolver is asynchronous; it never rejects. */
  readonly actor: Actor | null | undefined | Promise<Actor | null>;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly intent: OpenIntent | undefined;
  readonly paused: boolean;
  /** What activities of this actor in this flow are about. */
  readonly claims: Claims;
  readonly flowActor: FlowActor;
  readonly suppression: Suppression | undefined;
}

/**
 * How {@link Deedlog.run} opens a scope. What is absent is taken from the surrounding scope. Inside of an open intent, what another actor
 * does is not part of that intent: it is told by itself, with the intent's id as `causationId`.
 */
export interface RunOptions<Host = unknown> {
  /** What the actor and context resolvers get. */
  readonly host?: Host;
  /** Wins over the resolver. */
  readonly actor?: Actor;
  /** Wins, field by field, over the resolver's context. */
  readonly context?: ActivityContext;
  /** Default: the request id, else a new id. */
  readonly correlationId?: string;
  readonly causationId?: string;
  /** A flow of its own begins here: nothing is taken from the surrounding scope, except that it is paused. Default false. */
  readonly newFlow?: boolean;
}

/** How {@link Deedlog.resume} opens the scope of a job. */
export interface ResumeOptions {
  /** The worker itself: it then acts on behalf of the actor that queued the job. Default: that actor itself. */
  readonly actor?: Actor;
  /** By which means. Default `job`. */
  readonly via?: string;
}

declare const serialized: unique symbol;
/** JSON text that carries a scope into a job. Trusted input: keep it where only your own code writes. */
export type SerializedContext = string & { readonly [serialized]?: true };
