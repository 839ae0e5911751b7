import { Hono } from 'hono';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import type { Serving } from './adapters.ts';
import { brokenLines, COOKIES, createdOrder, failure, twoLines } from './application.ts';
import { viewOrder } from './harness.ts';

/** The test application as a fetch handler. */
export function honoApp({ app: { gate }, app, deedlog, log }: Serving): Hono {
  const server = new Hono();
  server.post('/orders', async (c) => {
    for (const cookie of COOKIES) c.header('set-cookie', cookie, { append: true });
    return c.json(createdOrder(await c.req.json<object>()), 201, { 'x-custom': 'kept' });
  });
  server.post('/form', async (c) => c.json({ id: (await c.req.parseBody())['title'] }));
  server.get('/orders/7', async (c) => c.json({ id: await viewOrder(deedlog, c.req.header('x-user')) }));
  server.get('/fails', () => {
    throw failure();
  });
  server.get('/slow', async (c) => {
    await Promise.race([gate, once(c.req.raw.signal, 'abort')]);
    return c.json({ id: 1 });
  });
  server.get('/stream', () => new Response(Readable.toWeb(twoLines(app)) as ReadableStream));
  server.get('/broken', () => new Response(Readable.toWeb(brokenLines()) as ReadableStream, { headers: { 'content-type': 'application/json' } }));
  server.get('/empty', (c) => c.body(null, 204));
  server.onError((error, c) => {
    log?.failed(c.req.raw, error);
    return c.text('failed', 500);
  });
  return server;
}
