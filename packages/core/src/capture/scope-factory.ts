import { coreError } from '../errors.ts';
import type { ActivityContext } from '../record/activity.ts';
import { anonymousActor } from '../record/actor.ts';
import type { Actor } from '../record/actor.ts';
import { createId } from '../record/id.ts';
import { correlationText } from '../record/safe-text.ts';
import type { MaybeActor } from './maybe-actor.ts';
import { isThenable } from '../thenable.ts';
import { Claims } from './claims.ts';
import { EMPTY_CONTEXT, mergeContexts } from './context.ts';
import type { RunOptions, Scope } from './scope.ts';
import type { OnProblem } from './settings.ts';

interface Resolvers<Host> {
  readonly actor: (host: Host) => MaybeActor | Promise<MaybeActor>;
  readonly context?: ((host: Host) => ActivityContext | undefined) | undefined;
}

/** Builds scopes from what a capture point gets, by the resolvers of the set-up. */
export class ScopeFactory<Host> {
  readonly #resolvers: Resolvers<Host>;
  readonly #report: OnProblem;

  constructor(resolvers: Resolvers<Host>, report: OnProblem) {
    this.#resolvers = resolvers;
    this.#report = report;
  }

  /** The scope that `options` describe; what they leave out comes from the outer scope. `flow` names a flow that begins here. */
  open(options: RunOptions<Host>, outer: Scope | undefined, flow?: string): Scope {
    const { actor, correlationId, causationId } = options;
    const hosted = 'host' in options;
    const host = options.host as Host;
    const base = outer?.context ?? EMPTY_CONTEXT;
    const captured = hosted ? this.#context(host) : undefined;
    const context = captured === undefined && options.context === undefined ? base : mergeContexts(base, captured, options.context);
    return {
      context,
      actor: actor ?? (hosted ? this.#actor(host) : outer?.actor),
      correlationId: correlationText(correlationId) ?? outer?.correlationId ?? context.requestId ?? flow ?? createId(),
      causationId: correlationText(causationId) ?? outer?.causationId ?? null,
      intent: outer?.intent,
      paused: outer?.paused ?? false,
      claims: outer?.claims ?? new Claims(),
      suppression: outer?.suppression,
    };
  }

  #context(host: Host): ActivityContext | undefined {
    try {
      const context: unknown = this.#resolvers.context?.(host);
      if (!isThenable(context)) return context as ActivityContext | undefined;
      this.#report(coreError('CONTEXT_RESOLVER_FAILED', 'it returned a promise; it must answer at once'));
      context.then(undefined, () => undefined);
    } catch (cause) {
      this.#report(coreError('CONTEXT_RESOLVER_FAILED', undefined, cause));
    }
    return undefined;
  }

  /** Nobody is anonymous by accident: a resolver that fails leaves the actor unknown. */
  #actor(host: Host): Actor | null | Promise<Actor | null> {
    try {
      const actor = this.#resolvers.actor(host);
      if (!isThenable(actor)) return actor || anonymousActor;
      return Promise.resolve(actor).then((resolved) => resolved || anonymousActor, (cause: unknown) => this.#failed(cause));
    } catch (cause) {
      return this.#failed(cause);
    }
  }

  #failed(cause: unknown): null {
    this.#report(coreError('ACTOR_RESOLVER_FAILED', undefined, cause));
    return null;
  }
}
