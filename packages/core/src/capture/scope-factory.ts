import { coreError } from '../errors.ts';
import type { ActivityContext } from '../record/activity.ts';
import { anonymousActor, isSameActor } from '../record/actor.ts';
import type { Actor } from '../record/actor.ts';
import { createId } from '../record/id.ts';
import { correlationText } from '../record/safe-text.ts';
import type { MaybeActor } from './maybe-actor.ts';
import { isThenable } from '../thenable.ts';
import { Claims } from './claims.ts';
import { EMPTY_CONTEXT, mergeContexts } from './context.ts';
import { FlowActor } from './flow.ts';
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
  /** What an actor that is still to come was asked of. */
  readonly #hosts = new WeakMap<object, unknown>();

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
    const context = mergeContexts(mergeContexts(base, captured), options.context);
    const acting = actor ?? (hosted ? this.#actor(host) : undefined);
    const flowActor = outer?.flowActor ?? new FlowActor();
    flowActor.learn(acting);
    const shared = acting === undefined || outer === undefined || !this.#actsBesideOthers(acting, outer);
    return {
      context,
      actor: acting === undefined ? outer?.actor : acting,
      correlationId: correlationText(correlationId) ?? outer?.correlationId ?? context.requestId ?? flow ?? createId(),
      causationId: correlationText(causationId) ?? (shared ? undefined : outer.intent?.id) ?? outer?.causationId ?? null,
      intent: shared ? outer?.intent : undefined,
      paused: outer?.paused ?? false,
      flowActor,
      claims: shared && outer !== undefined ? outer.claims : new Claims(outer?.claims),
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
      const pending = Promise.resolve(actor).then((resolved) => resolved || anonymousActor, (cause: unknown) => this.#failed(cause));
      this.#hosts.set(pending, host);
      return pending;
    } catch (cause) {
      return this.#failed(cause);
    }
  }

  #failed(cause: unknown): null {
    this.#report(coreError('ACTOR_RESOLVER_FAILED', undefined, cause));
    return null;
  }

  /** Whether somebody else acts in the scope around, or may. What one does is not told of the other. */
  #actsBesideOthers(acting: Exclude<Scope['actor'], undefined>, outer: Scope): boolean {
    const around = outer.intent?.namedActor ?? outer.actor;
    if (around === undefined || around === acting) return false;
    if (around === null || acting === null) return true;
    // Who they bring is not known yet; of one host it is the same one.
    if (around instanceof Promise || acting instanceof Promise) return this.#hosts.get(around) === undefined || this.#hosts.get(around) !== this.#hosts.get(acting);
    try {
      return !isSameActor(around, acting);
    } catch {
      return true;
    }
  }
}
