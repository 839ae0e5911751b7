import { fastify } from 'fastify';
import type { FastifyInstance } from 'fastify';
import type { Serving } from './adapters.ts';
import { brokenLines, COOKIES, createdOrder, failure, twoLines } from './application.ts';
import { viewOrder } from './harness.ts';

/** The test application on Fastify; its orders are a plugin with a prefix. */
export async function fastifyApp({ app, deedlog, log }: Serving): Promise<FastifyInstance> {
  const server = fastify({ forceCloseConnections: true });
  if (log !== undefined) await server.register(log.fastify);
  server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(body as string))));
  await server.register(
    (orders, _options, done) => {
      orders.post('/', (request, reply) => reply.code(201).header('set-cookie', COOKIES).header('x-custom', 'kept').send(createdOrder(request.body as object)));
      orders.get('/7', async (request) => ({ id: await viewOrder(deedlog, request.headers['x-user'] as string | undefined) }));
      done();
    },
    { prefix: '/orders' },
  );
  server.post('/form', (request, reply) => reply.send({ id: (request.body as { title: string }).title }));
  server.get('/fails', () => {
    throw failure();
  });
  server.get('/slow', async () => {
    await app.gate;
    return { id: 1 };
  });
  server.get('/stream', (_request, reply) => reply.send(twoLines(app)));
  server.get('/broken', (_request, reply) => reply.send(brokenLines()));
  server.get('/empty', (_request, reply) => reply.code(204).send());
  await server.ready();
  return server;
}
