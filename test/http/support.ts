import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';

export interface Served extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
}

/** A real server on the loopback; closes itself. */
export async function serve(listener: RequestListener): Promise<Served> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Answers each request with `capture(request)` as JSON. */
export function answerWith(capture: (request: IncomingMessage) => unknown): RequestListener {
  return (request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(capture(request)));
  };
}

/** Sends bytes as they are and returns the JSON body of the answer. */
export async function sendRaw(port: number, request: string): Promise<unknown> {
  const socket = connect(port, '127.0.0.1');
  socket.end(Buffer.from(request, 'latin1'));
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4).replace(/^[\da-f]+\r\n|\r\n0\r\n\r\n$/g, ''));
}

/** What `IncomingMessage` looks like, for requests that no client could send through Node's parser. */
export function nodeRequest(given: { headers?: Record<string, string | string[]>; url?: string; method?: string; peer?: string; destroyed?: boolean }): {
  method: string;
  url: string;
  headers: Record<string, string | string[]>;
  socket: { remoteAddress: string | undefined; destroyed: boolean };
} {
  const { headers = {}, url = '/', method = 'GET', peer, destroyed = false } = given;
  return { method, url, headers, socket: { remoteAddress: peer, destroyed } };
}
