// Compile-time contract of requestLog: the frameworks' own types take its adapters. `tsc -p tsconfig.json` is the test.
import { createDeedlog, memoryStore, userActor } from '@deedlog/core';
import { auditHandler, requestContext, requestLog } from '@deedlog/http';
import { getRequestListener, serve } from '@hono/node-server';
import type { HttpBindings } from '@hono/node-server';
import express from 'express';
import type { Request as ExpressRequest } from 'express';
import { fastify } from 'fastify';
import type { FastifyRequest } from 'fastify';
import { createYoga } from 'graphql-yoga';
import { Hono } from 'hono';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';

interface Host {
  readonly req: IncomingMessage;
}

const fromRequest = requestContext();
const deedlog = createDeedlog<Host>({ store: memoryStore(), actor: () => undefined, context: ({ req }) => fromRequest(req) });
const sink = { name: 'none', write: () => undefined, writeRequests: () => undefined };
const log = requestLog({ sink, deedlog, serviceName: 'test', context: fromRequest });

// Node: the listener's parameters keep their types.
createServer(log.node((request, response) => response.end(request.httpVersion)));
createHttpsServer({}, log.node((request, response) => response.end(request.httpVersion)));
createHttp2Server(log.node((request, response) => response.end(String(request.stream.id))));
log.node(createYoga({}));
createServer(log.node(express()));
createServer().on('upgrade', log.upgrade((request, socket, head) => socket.end(`${request.url ?? ''}${head.length}`)));

// Express, Fastify.
express().use(log.express).use(log.expressErrors);
await fastify().register(log.fastify);
await fastify({ http2: true }).register(log.fastify);

// Fetch handlers: what follows the request keeps its types.
const app = new Hono<{ Bindings: HttpBindings }>();
serve({ fetch: log.fetch(app.fetch, { peer: (_request, env) => (env as HttpBindings).incoming.socket }) });
log.node(getRequestListener(app.fetch));
log.fetch(auditHandler({ reader: undefined as never, authorize: () => undefined }));
log.fetch((request: Request, params: { readonly id: string }) => new Response(request.url + params.id), {
  peer: (_request, { id }) => id,
});
// @ts-expect-error a handler answers
log.fetch(() => 'text');

// Who acts is asked of the framework's own request.
const common = { sink, deedlog, serviceName: 'test' };
requestLog({ ...common, actor: (request: ExpressRequest & { readonly user?: { readonly id: string } }) => (request.user === undefined ? null : userActor(request.user.id)) });
requestLog({ ...common, context: fromRequest, actor: (request: FastifyRequest & { readonly userId?: string }) => (request.userId === undefined ? undefined : userActor(request.userId)) });
// @ts-expect-error without deedlog no scope can be opened
requestLog({ sink, serviceName: 'test' });
