import { AsyncResource } from 'node:async_hooks';
import type { EmitterLike } from './node-like.ts';
import type { FlowingDeedlog } from './options.ts';
import { proceed } from './shared-methods.ts';
import type { Called } from './shared-methods.ts';

/** `emit` of what stays in its scope. */
export function emitInScope({ scope }: { readonly scope: NodeScope }, called: Called): unknown {
  return scope.emit(called);
}

/**
 * The scope that was open when it was made, for the listeners of a request's streams: what a socket brings (`data`, `end`, `close`) arrives
 * outside of every request, or, where requests are pipelined, in another one. Body parsers answer from there. Nothing is listened to, so
 * nothing begins to flow.
 */
export class NodeScope {
  readonly #deedlog: FlowingDeedlog;
  // AsyncLocalStorage.snapshot does the same for three times the price.
  readonly #resource = new AsyncResource('deedlog', { requireManualDestroy: true });
  readonly #correlationId: string | undefined;

  constructor(deedlog: FlowingDeedlog) {
    this.#deedlog = deedlog;
    this.#correlationId = deedlog.currentFlow()?.correlationId;
  }

  /** A call of `emit`, in the scope where it would run in none of its flow. */
  emit(called: Called): unknown {
    // Most of what is emitted nobody listens to.
    const heard = (called.self as EmitterLike).listenerCount(called.args[0] as string) > 0;
    return heard && this.#deedlog.currentFlow()?.correlationId !== this.#correlationId ? this.#resource.runInAsyncScope(proceed, undefined, called) : proceed(called);
  }
}
