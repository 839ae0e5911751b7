import { httpError } from '../errors.ts';

/** The text of a body that is not larger than `limit` bytes. Stops reading at the limit. Throws `HTTP_REPORT_TOO_LARGE`; `HTTP_REPORT_INVALID` for what is no UTF-8. */
export async function readBody(request: Request, limit: number): Promise<string> {
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw httpError('HTTP_REPORT_TOO_LARGE');
  // Where the framework has parsed the body already there is no stream, but its text.
  if (request.body === null) return bounded(await request.text(), limit);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > limit) throw httpError('HTTP_REPORT_TOO_LARGE');
    chunks.push(chunk);
  }
  return utf8(chunks);
}

function bounded(text: string, limit: number): string {
  if (new TextEncoder().encode(text).byteLength > limit) throw httpError('HTTP_REPORT_TOO_LARGE');
  return text;
}

function utf8(chunks: readonly Uint8Array[]): string {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    return chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join('') + decoder.decode();
  } catch (cause) {
    throw httpError('HTTP_REPORT_INVALID', 'it is no UTF-8', cause);
  }
}
