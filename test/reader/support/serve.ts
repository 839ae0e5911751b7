import { createServerAdapter } from '@whatwg-node/server';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Served extends AsyncDisposable {
  readonly origin: string;
  /** GET as a user; null: nobody. */
  get(path: string, user?: string | null): Promise<Response>;
}

/** A fetch handler on a real Node server, as the README says to mount it. */
export function serveHandler(handle: (request: Request) => Promise<Response>): Promise<Served> {
  const adapter = createServerAdapter((request: Request) => handle(request));
  return serveListener((incoming, outgoing) => void adapter(incoming, outgoing));
}

export async function serveListener(listener: RequestListener): Promise<Served> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...servedAt(origin),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export function servedAt(origin: string): Omit<Served, typeof Symbol.asyncDispose> {
  return { origin, get: (path, user = 'auditor') => fetch(`${origin}${path}`, user === null ? {} : { headers: { 'x-user': user } }) };
}
