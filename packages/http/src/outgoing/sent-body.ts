import { bodyKindOf } from '../record-parts/body-kind.ts';
import type { BodyCollector } from '../record-parts/kept-body.ts';

/**
 * Shows the log the body of a request that is about to be sent, where that can be done without changing it: texts, forms and bytes, and
 * the body of a `Request`. Streams, files and multipart forms are not looked at. Never rejects.
 */
export function showSentBody(collector: BodyCollector, input: unknown, init: RequestInit | undefined): void {
  const { body } = init ?? {};
  if (body !== undefined && body !== null) showGiven(collector, body);
  else if (input instanceof Request && input.body !== null && !input.bodyUsed) showRequest(collector, input);
}

function showGiven(collector: BodyCollector, body: unknown): void {
  if (typeof body === 'string' || body instanceof Uint8Array) collector.add(body);
  else if (body instanceof URLSearchParams) collector.add(body.toString());
  else if (body instanceof ArrayBuffer) collector.add(new Uint8Array(body));
  else if (ArrayBuffer.isView(body)) collector.add(new Uint8Array(body.buffer, body.byteOffset, body.byteLength));
}

/** Its copy is read until there is more than is kept, so that no more than that is ever waiting in the other one. */
function showRequest(collector: BodyCollector, request: Request): void {
  if (bodyKindOf(request.headers.get('content-type') ?? undefined) === undefined) return;
  const { body } = request.clone();
  if (body !== null) readInto(collector, body.getReader()).catch(() => undefined);
}

async function readInto(collector: BodyCollector, reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  while (!collector.full) {
    const { done, value } = await reader.read();
    if (done) return;
    collector.add(value);
  }
  await reader.cancel();
}
