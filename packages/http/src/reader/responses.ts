/** On every answer: what the log holds stays out of caches, is never taken for a script or page, and its address goes to nobody. */
export const SAFE_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  // An answer that is opened as a page of its own can do nothing.
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};

/** On what only scripts of the own origin read: another site cannot load it as a script or an image either. */
const OWN_ORIGIN = { 'cross-origin-resource-policy': 'same-origin' };

interface ResponseOptions {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export function jsonResponse(body: unknown, { status = 200, headers = {} }: ResponseOptions = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { ...SAFE_HEADERS, ...OWN_ORIGIN, 'content-type': 'application/json; charset=utf-8', ...headers } });
}

/** A body that is made while it is read. */
export function streamResponse(body: ReadableStream<Uint8Array>, headers: Readonly<Record<string, string>>): Response {
  return new Response(body, { headers: { ...SAFE_HEADERS, ...OWN_ORIGIN, ...headers } });
}

/** A page or script that somebody else made, with the headers that it asks for. */
export function madeResponse(body: string, headers: Readonly<Record<string, string>>): Response {
  return new Response(body, { headers: { ...SAFE_HEADERS, ...headers } });
}

/** What GET would answer, without the body. RFC 9110 §9.3.2. */
export async function withoutBody(response: Response): Promise<Response> {
  await response.body?.cancel();
  return new Response(null, { status: response.status, headers: response.headers });
}
