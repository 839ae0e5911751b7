import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Reader } from '@deedlog/core';
import type { RequestLog } from '@deedlog/http';
import { getRequestListener } from '@hono/node-server';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import { createContext } from './context.ts';
import type { AppParts } from './context.ts';
import { createGraphqlServer } from './graphql/yoga.ts';
import { createViewerApp } from './log-viewer/viewer-app.ts';
import { createAppRouter } from './trpc/app-router.ts';

/** How long calls under way may take once the server is to stop, in milliseconds; then they are cut off. */
const PATIENCE_MS = 5000;

export interface RunningServer {
  readonly url: string;
  /** Takes no more calls, and resolves when those under way are answered. */
  close(): Promise<void>;
}

export interface ServerParts extends AppParts {
  /** Of the log, for /audit. */
  readonly reader: Reader;
  /** Records every request as a JSON line. Undefined: none. */
  readonly requests: RequestLog | undefined;
}

/** Both APIs and the log behind one HTTP server: /trpc, /graphql, /audit, /health. Listens on the loopback address only. */
export async function startServer({ reader, requests, ...parts }: ServerParts, port: number): Promise<RunningServer> {
  const trpc = createHTTPHandler({
    router: createAppRouter(parts.deedlog),
    createContext: ({ req }) => createContext(req, parts),
    basePath: '/trpc/',
  });
  const graphql = createGraphqlServer(parts);
  const viewer = getRequestListener(createViewerApp(parts, reader).fetch, { overrideGlobalObjects: false });
  const answer: RequestListener = (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname.startsWith('/trpc/')) trpc(request, response);
    else if (pathname === '/graphql') void graphql(request, response);
    else if (pathname === '/audit' || pathname.startsWith('/audit/')) void viewer(request, response);
    else response.writeHead(pathname === '/health' ? 200 : 404, { 'content-type': 'text/plain' }).end(pathname === '/health' ? 'ok' : 'not found');
  };
  const server = createServer(requests === undefined ? answer : requests.node(answer));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const patience = setTimeout(() => server.closeAllConnections(), PATIENCE_MS);
      await closed;
      clearTimeout(patience);
      await graphql.dispose();
    },
  };
}
