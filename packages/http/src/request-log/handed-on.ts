import { AsyncLocalStorage } from 'node:async_hooks';
import { standsFor } from '../node-request-of.ts';
import { rawUrl } from '../request-like.ts';
import type { NodeRequestLike } from '../request-like.ts';

interface Arrived {
  /** Undefined: it was handed on. */
  request: NodeRequestLike | undefined;
  readonly url: string;
}

/**
 * A server of Node may hand its request to a fetch handler, which gets another object for it. In the scope of a Node request, the first
 * fetch request with its method and address is that request; a second one the application has made itself.
 */
export class HandedOn {
  #arrived: AsyncLocalStorage<Arrived> | undefined;

  /** There is a fetch handler; without one no request pays for it. */
  expect(): void {
    this.#arrived ??= new AsyncLocalStorage();
  }

  run<Result>(request: NodeRequestLike, body: () => Result): Result {
    return this.#arrived === undefined ? body() : this.#arrived.run({ request, url: rawUrl(request) }, body);
  }

  /** The Node request that this one stands for. */
  take(request: Request): NodeRequestLike | undefined {
    const arrived = this.#arrived?.getStore();
    const node = arrived?.request;
    if (arrived === undefined || node === undefined || node.method !== request.method) return undefined;
    const target = targetOf(request.url);
    if (target === undefined) return undefined;
    // A router that cuts off where it is mounted rewrites `url`; some adapters take that one.
    if (targetOf(arrived.url) !== target && targetOf(node.url ?? '') !== target) return undefined;
    arrived.request = undefined;
    standsFor(request, node);
    return node;
  }
}

/** Path and query as an adapter may have written them anew. */
function targetOf(url: string): string | undefined {
  const parsed = URL.parse(url.startsWith('/') ? `http://localhost${url}` : url);
  if (parsed === null) return undefined;
  parsed.searchParams.sort();
  return `${parsed.pathname}?${parsed.searchParams.toString()}`;
}
