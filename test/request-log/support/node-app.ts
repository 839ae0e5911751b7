import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { json, text } from 'node:stream/consumers';
import { brokenLines, COOKIES, createdOrder, failure, twoLines } from './application.ts';
import type { Serving } from './adapters.ts';
import { viewOrder } from './harness.ts';

/** The test application on Node's own server. */
export function nodeApp(serving: Serving): RequestListener {
  const listener: RequestListener = (request, response) => {
    answer(serving, request, response).catch((error: unknown) => {
      serving.log?.failed(request, error);
      if (response.headersSent) response.destroy(error as Error);
      else response.writeHead(500).end('failed');
    });
  };
  return serving.log === undefined ? listener : serving.log.node(listener);
}

async function answer({ app, deedlog, log }: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const sendJson = (status: number, body: unknown): void => void response.writeHead(status, ['Content-Type', 'application/json', 'X-Custom', 'kept']).end(JSON.stringify(body));
  switch (new URL(request.url ?? '/', 'http://host').pathname) {
    case '/orders':
      response.setHeader('set-cookie', COOKIES as string[]);
      return sendJson(201, createdOrder((await json(request)) as object));
    case '/form':
      return sendJson(200, { id: new URLSearchParams(await text(request)).get('title') });
    case '/orders/7':
      return sendJson(200, { id: await viewOrder(deedlog, request.headers['x-user'] as string | undefined) });
    case '/fails':
      throw failure();
    case '/slow':
      await app.gate;
      return sendJson(200, { id: 1 });
    case '/stream':
      return pipeline(twoLines(app), response);
    case '/broken':
      response.on('error', (error) => log?.failed(request, error));
      return pipeline(brokenLines(), response);
    case '/empty':
      return void response.writeHead(204).end();
    default:
      return void response.writeHead(404).end('nothing here');
  }
}
