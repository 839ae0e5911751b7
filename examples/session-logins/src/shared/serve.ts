import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RunningServer {
  readonly url: string;
  close(): Promise<void>;
}

type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => unknown;

/** Listens on the loopback address only. `afterwards` runs once the last request is answered. */
export async function serve(listener: Listener, port: number, afterwards: () => Promise<void>): Promise<RunningServer> {
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      await closed;
      await afterwards();
    },
  };
}
