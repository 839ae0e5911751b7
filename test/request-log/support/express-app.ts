import express from 'express';
import type { Express } from 'express';
import { pipeline } from 'node:stream/promises';
import type { Serving } from './adapters.ts';
import { brokenLines, COOKIES, createdOrder, failure, twoLines } from './application.ts';
import { viewOrder } from './harness.ts';

/** The test application on Express; its orders are a router of their own. */
export function expressApp({ app: { gate }, app, deedlog, log }: Serving): Express {
  const server = express();
  if (log !== undefined) server.use(log.express);
  server.use(express.json(), express.urlencoded());
  const orders = express.Router();
  orders.post('/', (request, response) => {
    response.status(201).setHeader('set-cookie', COOKIES as string[]);
    response.set('x-custom', 'kept').json(createdOrder(request.body as object));
  });
  orders.get('/7', async (request, response) => void response.json({ id: await viewOrder(deedlog, request.get('x-user')) }));
  server.use('/orders', orders);
  server.post('/form', (request, response) => void response.json({ id: (request.body as { title: string }).title }));
  server.get('/fails', () => {
    throw failure();
  });
  server.get('/slow', async (_request, response) => {
    await gate;
    response.json({ id: 1 });
  });
  server.get('/stream', (_request, response) => pipeline(twoLines(app), response));
  server.get('/broken', (_request, response) => pipeline(brokenLines(), response));
  server.get('/empty', (_request, response) => void response.status(204).end());
  if (log !== undefined) server.use(log.expressErrors);
  // Quiet: the default handler prints the error. As that does, it gives an answer up that has begun.
  server.use((_error: unknown, _request: express.Request, response: express.Response, _next: express.NextFunction) => {
    if (response.headersSent) response.destroy();
    else response.status(500).send('failed');
  });
  return server;
}
