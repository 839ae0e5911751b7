import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { QueueCounters } from '@deedlog/core';

/** What the server has counted so far. */
export interface Report {
  readonly counters: QueueCounters;
  /** Requests. */
  readonly answered: number;
  readonly problems: readonly string[];
  /** After a full collection. */
  readonly usedBytes: number;
}

export interface OverloadedServer extends AsyncDisposable {
  readonly port: number;
  report(): Promise<Report>;
  /** Closes the sink and ends the process. */
  close(): Promise<Report>;
}

export interface ServerOptions {
  readonly kind: 'bare' | 'logged';
  readonly directory: string;
  /** Records that the sink takes in a second. */
  readonly perSecond: number;
}

/** Starts {@link file://./server.ts} in a process of its own. */
export async function overloadedServer({ kind, directory, perSecond }: ServerOptions): Promise<OverloadedServer> {
  const child = start('server.ts', [kind, directory, String(perSecond)]);
  const { port } = (await answerOf(child)) as { port: number };
  const ask = (what: 'report' | 'close'): Promise<Report> => {
    child.send(what);
    return answerOf(child) as Promise<Report>;
  };
  return {
    port,
    report: () => ask('report'),
    close: () => ask('close'),
    async [Symbol.asyncDispose]() {
      await end(child);
    },
  };
}

export interface Load extends AsyncDisposable {
  /** Stops it; how many requests were answered. */
  stop(): Promise<number>;
}

/** Sends so many requests in a second from a process of its own, however fast they are answered. */
export function steadyLoad(port: number, perSecond: number): Load {
  const child = start('load.ts', [String(port), String(perSecond)]);
  return {
    async stop() {
      child.send('stop');
      return ((await answerOf(child)) as { answered: number }).answered;
    },
    async [Symbol.asyncDispose]() {
      await end(child);
    },
  };
}

function start(file: string, args: readonly string[]): ChildProcess {
  return fork(fileURLToPath(new URL(file, import.meta.url)), args, { execArgv: ['--expose-gc'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const answered = new AbortController();
  const { signal } = answered;
  const gone = once(child, 'exit', { signal }).then(([code]) => Promise.reject(new Error(`the process has ended with ${String(code)}`)));
  try {
    const [message] = (await Promise.race([once(child, 'message', { signal }), gone])) as unknown[];
    return message;
  } finally {
    gone.catch(() => undefined);
    answered.abort();
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
