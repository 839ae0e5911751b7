import type { Deedlog } from '@deedlog/core';
import type { RequestLog } from '@deedlog/http';
import { getRequestListener } from '@hono/node-server';
import { serve } from '../../http/support.ts';
import type { Served } from '../../http/support.ts';
import type { Application } from './application.ts';
import { expressApp } from './express-app.ts';
import { fastifyApp } from './fastify-app.ts';
import type { Host } from './harness.ts';
import { honoApp } from './hono-app.ts';
import { nodeApp } from './node-app.ts';

export interface Serving {
  readonly app: Application;
  readonly deedlog: Deedlog<Host>;
  /** Undefined: the same application without a log. */
  readonly log: RequestLog | undefined;
}

export interface Adapter {
  readonly name: 'node' | 'express' | 'fastify' | 'fetch';
  serve(serving: Serving): Promise<Served>;
}

export const adapters: readonly Adapter[] = [
  { name: 'node', serve: (serving) => serve(nodeApp(serving)) },
  { name: 'express', serve: (serving) => serve(expressApp(serving)) },
  { name: 'fastify', serve: serveFastify },
  { name: 'fetch', serve: (serving) => serve(fetchListener(serving)) },
];

async function serveFastify(serving: Serving): Promise<Served> {
  const server = await fastifyApp(serving);
  const url = await server.listen({ port: 0, host: '127.0.0.1' });
  return { url, port: Number(new URL(url).port), [Symbol.asyncDispose]: () => server.close() };
}

function fetchListener(serving: Serving): Parameters<typeof serve>[0] {
  const { fetch: handle } = honoApp(serving);
  const listener = getRequestListener(serving.log?.fetch(handle, { peer: (_request, env) => (env as { incoming: { socket: { remoteAddress: string } } }).incoming.socket }) ?? handle, {
    errorHandler: () => new Response('failed', { status: 500 }),
  });
  return (request, response) => void listener(request, response);
}
