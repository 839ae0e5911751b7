/** A fetch `Request`, global or of a library (Yoga, Hono, tRPC's fetch adapter). */
export interface FetchRequestLike {
  readonly method: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null };
}

/** Node's `IncomingMessage` or `Http2ServerRequest`, as Express, Fastify (`request.raw`) and tRPC hand it on. */
export interface NodeRequestLike {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** Express: the URL before a mounted router cut its prefix off. */
  readonly originalUrl?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly socket?: SocketLike | null | undefined;
}

export type RequestLike = FetchRequestLike | NodeRequestLike;

export interface SocketLike {
  readonly remoteAddress?: string | undefined;
  readonly destroyed?: boolean | undefined;
}

/** Who holds the other end of the connection: an address, or a socket that knows it. */
export type Peer = string | SocketLike | null | undefined;

/** Reads a header by its lower-case name; one value per time that it was sent, where that is still known. */
export type ReadHeader = (name: string) => readonly string[];

const NONE: readonly string[] = [];

export function headerReader({ headers }: RequestLike): ReadHeader {
  if (isFetchHeaders(headers)) {
    return (name) => {
      const value: unknown = headers.get(name);
      return typeof value === 'string' ? [value] : NONE;
    };
  }
  return (name) => {
    const value: unknown = Object.hasOwn(headers, name) ? headers[name] : undefined;
    if (typeof value === 'string') return [value];
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : NONE;
  };
}

/** The only value of a header; undefined where it was sent twice, because then nobody can tell which one counts. */
export function onlyHeader(read: ReadHeader, name: string): string | undefined {
  const values = read(name);
  return values.length === 1 ? values[0] : undefined;
}

/** The request target as it was sent, or the URL of a fetch request. */
export function rawUrl(request: RequestLike): string {
  const { originalUrl } = request as NodeRequestLike;
  const url: unknown = typeof originalUrl === 'string' ? originalUrl : request.url;
  return typeof url === 'string' ? url : '';
}

function isFetchHeaders(headers: RequestLike['headers']): headers is FetchRequestLike['headers'] {
  return typeof headers.get === 'function';
}
