import type { HeadersLike } from '../record-parts/kept-headers.ts';
import type { Answer, Answering, Exchange } from './exchange.ts';
import type { Messages, OutgoingLike } from './node-like.ts';
import { emitInScope } from './node-scope.ts';
import type { NodeScope } from './node-scope.ts';
import { untilItsTurn } from './node-turn.ts';
import { quietly } from './replace-method.ts';
import { proceed, SharedMethods } from './shared-methods.ts';

/** RFC 9110 §15.3.5, §15.3.6, §15.4.5: these have no body. */
const BODYLESS: ReadonlySet<number> = new Set([204, 205, 304]);

/** RFC 9113 §7: nothing went wrong. */
const NO_ERROR = 0;

/** A stream: frameworks that pipe one into the answer give the answer up without a word where it breaks. */
interface MayFail {
  readonly errored?: unknown;
}

/** Tells the exchange what is answered, and when that is through or its connection is gone, by what the response itself says. */
class NodeAnswer implements Answering {
  readonly scope: NodeScope;
  readonly #exchange: Exchange;
  readonly #response: OutgoingLike;
  #given: HeadersLike | undefined;
  #source: MayFail = {};
  #ending = false;

  constructor(exchange: Exchange, response: OutgoingLike, scope: NodeScope) {
    this.scope = scope;
    this.#exchange = exchange;
    this.#response = response;
  }

  answer(): Answer | null {
    const { headersSent, stream } = this.#response;
    if (!headersSent) return null;
    const sent = stream?.sentHeaders;
    const statusCode = sent?.[':status'] ?? this.#response.statusCode;
    return { statusCode, headers: sent ?? this.#headers(), hasBody: this.#exchange.method !== 'HEAD' && !BODYLESS.has(statusCode) };
  }

  emitted(event: unknown, subject: unknown): void {
    if (event === 'error') this.#exchange.failed(subject);
    else if (event === 'pipe') this.#source = subject as MayFail;
    else if (event === 'finish' && isThrough(this.#response)) this.#exchange.end();
    else if (event === 'close') {
      const errored = this.#response.errored ?? this.#response.stream?.errored ?? this.#source.errored ?? undefined;
      if (errored !== undefined) this.#exchange.failed(errored);
      this.#exchange.end({ aborted: true });
    }
  }

  wrote(chunk: unknown, encoding: unknown): void {
    // `end` of HTTP/2 writes its chunk by `write`.
    if (!this.#ending) this.#exchange.responseBody?.add(chunk, encoding);
  }

  ended(chunk: unknown, encoding: unknown): void {
    this.wrote(chunk, encoding);
    this.#ending = true;
  }

  wroteHead(args: readonly unknown[]): void {
    const last = args.slice(1).findLast((arg) => typeof arg === 'object' && arg !== null);
    if (last !== undefined) this.#given = last as HeadersLike;
  }

  /** Headers that are only given to `writeHead` are not among those of `getHeaders`. */
  #headers(): HeadersLike {
    const headers = this.#response.getHeaders();
    return this.#given === undefined || Object.keys(headers).length > 0 ? headers : this.#given;
  }
}

/** A response of HTTP/2 says `finish` in any case; its stream knows better, and may have been answered on by itself (`respondWithFile`). */
function isThrough({ writableEnded, headersSent, stream }: OutgoingLike): boolean {
  const isEnded = writableEnded || (headersSent && stream?.writableFinished === true);
  return isEnded && stream?.aborted !== true && (stream?.rstCode ?? NO_ERROR) === NO_ERROR;
}

/** What one log puts on the responses of Node. */
export class NodeResponses {
  readonly #scoped = new SharedMethods<{ readonly scope: NodeScope }>({ emit: emitInScope });
  readonly #observed = new SharedMethods<NodeAnswer>({
    emit(answer, called) {
      quietly(() => answer.emitted(called.args[0], called.args[1]));
      return emitInScope(answer, called);
    },
    writeHead(answer, called) {
      quietly(() => answer.wroteHead(called.args));
      return proceed(called);
    },
  });
  readonly #seen = new SharedMethods<NodeAnswer>({
    write(answer, called) {
      quietly(() => answer.wrote(called.args[0], called.args[1]));
      return proceed(called);
    },
    end(answer, called) {
      quietly(() => answer.ended(called.args[0], called.args[1]));
      return proceed(called);
    },
  });

  /** Keeps the listeners of a response in the request's scope, and lets its answer be seen where it is recorded. */
  watch({ request, response }: Messages, scope: NodeScope, exchange: Exchange | undefined): void {
    if (exchange === undefined) return this.#scoped.install(response, { scope });
    const answer = new NodeAnswer(exchange, response, scope);
    exchange.answering = answer;
    this.#observed.install(response, answer);
    if (exchange.responseBody !== undefined) this.#seen.install(response, answer);
    untilItsTurn({ request, response }, () => exchange.end({ aborted: true }));
  }
}
