/**
 * Gives records to a sink that writes a file, behind a queue, and ends in one of several ways. Prints a line when it is ready for a signal.
 * Arguments: file, `sync` or `async`, way.
 */
import { createDeedlog, memoryStore, queuedSink, systemActor } from '@deedlog/core';
import type { Activity, Deedlog, Sink } from '@deedlog/core';
import { closeOnExit } from '@deedlog/pino';
import { appendFileSync, writeSync } from 'node:fs';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onExit } from 'signal-exit';

const RECORDS = 200;
const [file = '', kind = 'sync', way = 'clean'] = process.argv.slice(2);

function linesOf(activities: readonly Activity[]): string {
  return activities.map(({ targetId }) => `${targetId}\n`).join('');
}

function syncSink(): Sink {
  return { name: 'sync', write: (activities) => appendFileSync(file, linesOf(activities)) };
}

/** Writes what it got a moment later, and says so then; unless it is flushed before. */
function asyncSink(): Sink {
  let held = '';
  const flushSync = (): void => {
    appendFileSync(file, held);
    held = '';
  };
  const write = (activities: readonly Activity[]): Promise<void> => {
    held += linesOf(activities);
    return new Promise((resolve) => {
      setTimeout(() => {
        flushSync();
        resolve();
      }, 2);
    });
  };
  return { name: 'async', write, flushSync };
}

const queue = queuedSink(kind === 'sync' ? syncSink() : asyncSink(), { batch: 7 });
const deedlog: Deedlog = createDeedlog({ store: memoryStore(), sinks: [queue], actor: () => undefined });

let given = 0;
async function give(count: number): Promise<void> {
  const acts = Array.from({ length: count }, () => deedlog.trackActivity({ action: 'job.run', actor: systemActor('child'), target: { type: 'Job', id: given++ } }));
  await Promise.all(acts);
}

/** Keeps running, like a server. */
function serve(): void {
  setInterval(() => undefined, 1_000_000);
  writeSync(1, 'ready\n');
}

/** A server with a request under way, which it still answers when a signal has come; it records until the end. */
function drainOnSignal(end: () => void): void {
  const answer = Promise.withResolvers<void>();
  const server = createServer((_, response) => {
    void answer.promise.then(() => give(RECORDS)).then(() => response.end());
  });
  server.listen(0, '127.0.0.1', () => {
    get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', agent: false }, (response) => response.resume());
    server.once('request', () => writeSync(1, 'ready\n'));
  });
  process.once('SIGTERM', () => {
    setTimeout(answer.resolve, 30);
    server.close(end);
  });
}

const ways: Readonly<Record<string, () => unknown>> = {
  clean: () => undefined,
  code: () => (process.exitCode = 5),
  exit: () => process.exit(3),
  throw: () => setImmediate(() => { throw new Error('nobody caught this'); }),
  reject: () => void Promise.reject(new Error('nobody caught this')),
  serve,
  'drain-and-exit': () => drainOnSignal(() => process.exit(0)),
  'exit-in-exit': () => {
    process.on('exit', () => process.exit(6));
    setImmediate(() => { throw new Error('caught by nobody, and told otherwise'); });
  },
  drain: () => drainOnSignal(() => undefined),
  'close-and-exit': () => void deedlog.close().then(() => process.exit(4)),
  stuck: () => {
    closeOnExit({ close: () => (writeSync(1, 'closing\n'), new Promise(() => undefined)), flushSync: () => void writeSync(1, 'flushed\n') });
    serve();
  },
  failing: () => {
    closeOnExit({ close: () => Promise.reject(new Error('cannot close')), flushSync: () => { throw new Error('cannot flush'); } });
    serve();
  },
  order: () => {
    const closing = (name: string) => ({ close: async () => void writeSync(1, `${name} closed\n`) });
    closeOnExit(closing('first'), closing('second'));
  },
  self: () => {
    serve();
    process.kill(process.pid, 'SIGTERM');
  },
  'signal-exit': () => {
    onExit((code, signal) => void writeSync(1, `exit hook ${code} ${signal}\n`));
    serve();
  },
  'taken-back': () => {
    takeBack();
    closeOnExit({ close: async () => void writeSync(1, 'closed\n') })();
    serve();
  },
};

// The application may listen before or after.
const isEarly = way === 'drain' || way === 'exit-in-exit';
if (isEarly) ways[way]?.();
const takeBack = closeOnExit(deedlog);
await give(RECORDS);
if (!isEarly) ways[way]?.();
