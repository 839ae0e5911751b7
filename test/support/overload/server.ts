/**
 * A small JSON API in a process of its own: `node server.ts bare|logged <directory> <records per second>`. `logged` has the request log
 * before a sink that takes no more than that. Tells its port, and its counts when asked. `/stored` asks PostgreSQL (DATABASE_URL) as well.
 */
import { join } from 'node:path';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDeedlog, memoryStore, queuedSink, userActor } from '@deedlog/core';
import type { Sink } from '@deedlog/core';
import { requestContext, requestLog } from '@deedlog/http';
import { pinoOptions, pinoSink } from '@deedlog/pino';
import pg from 'pg';
import { destination, pino } from 'pino';
import type { Report } from './overloaded.ts';

const [kind, directory = '.', perSecond = '100'] = process.argv.slice(2);
const problems: string[] = [];
let answered = 0;
/** Of one request that stores something: find who acts, begin, find, change, commit. */
const QUERIES = 5;
const database = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 4 });

/** Takes a batch at once, and is then busy for as long as it may take. */
function slowly(sink: Sink): Sink {
  return {
    name: sink.name,
    write: () => undefined,
    async writeRequests(records) {
      await sink.writeRequests?.(records);
      await new Promise((resolve) => setTimeout(resolve, (records.length / Number(perSecond)) * 1000));
    },
    noteLoss: (loss) => sink.noteLoss?.(loss),
    close: async () => sink.close?.(),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  // Node parses the headers when they are first asked for, which every API does.
  if (request.headers['content-type'] !== 'application/json') return void response.writeHead(415).end();
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const order = JSON.parse(Buffer.concat(chunks).toString()) as { items: { sku: string; count: number }[] };
  if (request.url?.startsWith('/stored') === true) for (const { sku } of order.items.slice(0, QUERIES)) await database.query('select length($1::text)', [sku]);
  const body = JSON.stringify({ lines: order.items.map(({ sku, count }) => ({ sku, count, total: count * 7 })), at: new Date().toISOString() });
  response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  answered++;
}

const logger = pino(pinoOptions({ callSite: false }), destination({ dest: join(directory, 'api.log'), sync: false }));
const sink = queuedSink(slowly(pinoSink(logger, { queue: false })), { capacity: 200, batch: 20, closeTimeout: 1000, onProblem: ({ message }) => problems.push(message) });
const context = requestContext();
const deedlog = createDeedlog({ actor: () => userActor(7), context: (request: IncomingMessage) => context(request), store: memoryStore() });
const log = requestLog({
  deedlog,
  sink,
  serviceName: 'orders',
  context,
  body: { request: ['items.sku', 'items.count'], response: ['lines.total'] },
  query: ['page'],
});

const listener = (request: IncomingMessage, response: ServerResponse): void => void answer(request, response);
const server = createServer(kind === 'logged' ? log.node(listener) : listener);
// A connection that is closed for being idle may be closed under a request that is on its way.
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));

process.on('message', (asked) => {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  const report: Report = { counters: sink.counters, answered, problems, usedBytes: heapUsed + external };
  if (asked === 'report') process.send?.(report);
  if (asked === 'close') {
    server.close();
    server.closeAllConnections();
    void Promise.all([sink.close(), database.end()]).then(() => {
      process.send?.({ ...report, counters: sink.counters });
      logger.flush(() => process.disconnect());
    });
  }
});
