import { bodyKindOf } from '../record-parts/body-kind.ts';
import { headerValue } from '../record-parts/kept-headers.ts';
import type { BodyCollector } from '../record-parts/kept-body.ts';
import type { IncomingLike } from './node-like.ts';
import { emitInScope } from './node-scope.ts';
import type { NodeScope } from './node-scope.ts';
import { quietly } from './replace-method.ts';
import { proceed, SharedMethods } from './shared-methods.ts';

interface Incoming {
  readonly scope: NodeScope;
  readonly body: BodyCollector | undefined;
}

/** What one log puts on the requests of Node. */
export class NodeRequests {
  readonly #scoped = new SharedMethods<Incoming>({ emit: emitInScope });
  /**
   * Sees the request body as the server hands it to the stream. The stream is neither read nor listened to: whoever reads it, and when, and
   * how fast, is the application's to decide.
   */
  readonly #seen = new SharedMethods<Incoming>({
    emit: emitInScope,
    push({ body }, called) {
      quietly(() => body?.add(called.args[0], called.args[1]));
      return proceed(called);
    },
  });

  /** Keeps the listeners of a request in its scope, and lets its body be seen where there is a collector. */
  watch(request: IncomingLike, incoming: Incoming): void {
    const { body } = incoming;
    // A parser, or the platform, was there first: the bytes will not come again.
    if (body !== undefined && request.body !== undefined && bodyKindOf(headerValue(request.headers, 'content-type')) !== undefined) body.addParsed(request.body);
    (body === undefined ? this.#scoped : this.#seen).install(request, incoming);
  }
}
