import { bodyKindOf } from '../record-parts/body-kind.ts';
import type { BodyCollector } from '../record-parts/kept-body.ts';
import { passedStream } from './passed-stream.ts';
import { quietly, replaceMethod, watchPromises, watchResults } from './replace-method.ts';
import type { Call } from './replace-method.ts';

/** What a reader yields, and an iterator. */
interface Step {
  readonly value?: unknown;
}

/**
 * Sees the body of a fetch request as the application reads it, in whatever way it does, on the very same object. A body that is not read,
 * or that the platform reads for itself (`new Request(request)`), is not seen. The first way of reading that yields something tells; copies count as the request.
 */
export function watchFetchBody(request: Request, body: BodyCollector): void {
  const kind = bodyKindOf(request.headers.get('content-type') ?? undefined);
  if (kind === undefined) return;
  new RequestBodyWatch(body).watch(request);
}

class RequestBodyWatch {
  readonly #body: BodyCollector;
  /** The way of reading that yielded first. */
  #source: object | undefined;

  constructor(body: BodyCollector) {
    this.#body = body;
  }

  watch(request: Request): void {
    watchPromises(request, 'text', (text) => this.#add(request, text));
    watchPromises(request, 'arrayBuffer', (buffer) => this.#add(request, buffer instanceof ArrayBuffer ? new Uint8Array(buffer) : undefined));
    watchPromises(request, 'bytes', (bytes) => this.#add(request, bytes));
    watchPromises(request, 'json', (value) => this.#parsed(request, value));
    watchPromises(request, 'formData', (form) => this.#parsed(request, form instanceof FormData ? fieldsOf(form) : undefined));
    watchResults(request, 'clone', (copy) => this.watch(copy as Request));
    this.#watchStream(request);
  }

  /** The stream is only touched where the application asks for it: some servers make it then. */
  #watchStream(request: Request): void {
    const prototype = Object.getPrototypeOf(request) as object;
    const bodyOf = accessorOf(prototype, 'body');
    if (bodyOf === undefined) return;
    let watched: unknown;
    const get = (): unknown => {
      const stream = bodyOf.call(request) as ReadableStream | null;
      if (stream !== null && stream !== watched) quietly(() => this.#watchReaders(stream));
      watched = stream;
      return stream;
    };
    Object.defineProperty(request, 'body', { get, configurable: true, enumerable: false });
  }

  #watchReaders(stream: ReadableStream): void {
    const add = (step: unknown): void => this.#add(stream, (step as Step | undefined)?.value);
    watchResults(stream, 'getReader', (reader) => watchPromises(reader as object, 'read', add));
    for (const name of [Symbol.asyncIterator, 'values']) watchResults(stream, name, (iterator) => watchPromises(iterator as object, 'next', add));
    for (const name of ['pipeThrough', 'pipeTo']) replaceMethod(stream, name, (pipe) => pipeSeen(stream, pipe));
  }

  #add(source: object, chunk: unknown): void {
    if (this.#isFirst(source)) this.#body.add(chunk);
  }

  #parsed(source: object, value: unknown): void {
    if (this.#isFirst(source)) this.#body.addParsed(value);
  }

  #isFirst(source: object): boolean {
    this.#source ??= source;
    return this.#source === source;
  }
}

/**
 * The platform pipes a stream without its methods. So what is piped is a stream that reads this one by them; with options, which say what
 * is to become of this very stream, it is piped unseen.
 */
function pipeSeen(stream: ReadableStream, pipe: Call): Call {
  return function (...args) {
    const seen = args[1] === undefined && !stream.locked;
    return pipe.apply(seen ? passedStream(stream) : this, args);
  };
}

/** Text fields of a form as URLSearchParams would tell them. */
function fieldsOf(form: FormData): Record<string, unknown> {
  const fields = Object.create(null) as Record<string, unknown>;
  for (const name of new Set(form.keys())) {
    const values = form.getAll(name).filter((value) => typeof value === 'string');
    fields[name] = values.length === 1 ? values[0] : values;
  }
  return fields;
}

function accessorOf(prototype: object | null, name: string): (() => unknown) | undefined {
  for (let owner = prototype; owner !== null; owner = Object.getPrototypeOf(owner) as object | null) {
    const found = Object.getOwnPropertyDescriptor(owner, name);
    // oxlint-disable-next-line typescript/unbound-method -- it is called with its request
    if (found !== undefined) return found.get;
  }
  return undefined;
}
