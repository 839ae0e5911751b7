import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import { certificate, privateKey } from './self-signed.ts';

/** What a call was like when it arrived. */
export interface Arrival {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A service on loopback that is called by the tests. */
export interface Upstream {
  /** `http://127.0.0.1:…` */
  readonly base: string;
  readonly host: string;
  readonly arrivals: Arrival[];
}

type Answer = (response: ServerResponse, url: URL, arrival: Arrival) => void;

export const HUGE = 8 * 1024 * 1024;

const json = { 'content-type': 'application/json' };

const answers: Readonly<Record<string, Answer>> = {
  '/echo': (response, url, { method, body }) => {
    response.writeHead(200, { ...json, 'x-upstream': 'one' });
    response.end(method === 'HEAD' ? undefined : JSON.stringify({ title: 'answer', id: url.searchParams.get('id'), token: 'of the answer', sent: body }));
  },
  '/late': (response, url) => {
    setTimeout(() => response.writeHead(200, json).end('{"title":"late"}'), Number(url.searchParams.get('ms')));
  },
  '/fail': (response) => response.writeHead(503, json).end('{"title":"down"}'),
  '/hang': () => undefined,
  '/half': (response) => {
    response.writeHead(200, { ...json, 'content-length': '100' });
    response.write('{"title"', () => response.destroy());
  },
  '/stall': (response) => {
    response.writeHead(200, json);
    response.write('{"title"');
  },
  '/away': (response, url) => response.writeHead(302, { location: url.searchParams.get('to') ?? '/' }).end(),
  '/chunked': (response) => {
    response.writeHead(200, json);
    for (const part of ['{"ti', 'tle":', '"chunks"}']) response.write(part);
    response.end();
  },
  '/gzip': (response) => response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(gzipSync('{"title":"zipped","id":7}')),
  '/huge': (response) => response.writeHead(200, json).end(Buffer.alloc(HUGE, 'x')),
  '/none': (response) => response.writeHead(204).end(),
};

async function listener(arrivals: Arrival[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url = '/', headers } = request;
  const arrival = { method, url, headers, body: await text(request) };
  arrivals.push(arrival);
  const parsed = new URL(`http://upstream${url}`);
  const answer = answers[`/${parsed.pathname.split('/')[1]}`] ?? answers['/echo'];
  answer?.(response, parsed, arrival);
}

export async function upstream({ tls = false }: { tls?: boolean } = {}): Promise<Upstream> {
  const arrivals: Arrival[] = [];
  const handle: RequestListener = (request, response) => {
    listener(arrivals, request, response).catch(() => response.destroy());
  };
  const server = tls ? createTlsServer({ cert: certificate, key: privateKey }, handle) : createServer(handle);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { base: `${tls ? 'https' : 'http'}://${host}`, host, arrivals };
}
