import type { ActivityContext } from '../record/activity.ts';
import type { Actor } from '../record/actor.ts';
import type { Scope } from './scope.ts';

/** The flow that a scope belongs to, for example an HTTP request, as seen from there. Live: ask it again when the flow has ended. */
export interface Flow {
  readonly correlationId: string;
  /** The intent that is open here, else the activity that caused the flow. */
  readonly causationId: string | null;
  readonly context: ActivityContext;
  /**
   * Who acts here; else who was the first to be known in the flow. Null: asked, and not known. Undefined: nobody was asked yet, or
   * the answer is still to come.
   */
  readonly actor: Actor | null | undefined;
}

/** What actors that had to be waited for turned out to be. */
const come = new WeakMap<Promise<Actor | null>, Actor | null>();

/** Who an actor of a scope turned out to be; itself where that is still to come. */
export function asCome(actor: Scope['actor']): Scope['actor'] {
  return actor instanceof Promise && come.has(actor) ? come.get(actor) : actor;
}

/** Who acts in a flow: the first that any of its scopes knew. Shared by them all. */
export class FlowActor {
  #first: Actor | null | undefined;

  get first(): Actor | null | undefined {
    return this.#first;
  }

  learn(actor: Scope['actor']): void {
    if (actor === undefined) return;
    // It never rejects.
    if (actor instanceof Promise) void actor.then((known) => this.#came(actor, known));
    else this.#first ??= actor;
  }

  #came(actor: Promise<Actor | null>, known: Actor | null): void {
    come.set(actor, known);
    this.learn(known);
  }
}

/** {@link Flow} as it is seen from a scope. Logs ask often: nothing is copied. */
export class ScopeFlow implements Flow {
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  get correlationId(): string {
    return this.#scope.correlationId;
  }

  get causationId(): string | null {
    return this.#scope.intent?.id ?? this.#scope.causationId;
  }

  get context(): ActivityContext {
    return this.#scope.context;
  }

  get actor(): Actor | null | undefined {
    const { intent, flowActor } = this.#scope;
    const acting = asCome(intent?.namedActor ?? this.#scope.actor);
    if (acting === undefined) return flowActor.first;
    return acting instanceof Promise ? undefined : acting;
  }
}
