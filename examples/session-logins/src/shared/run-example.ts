import { randomBytes } from 'node:crypto';
import { memoryStore } from '@deedlog/core';
import type { Activity, Sink } from '@deedlog/core';
import type { RunningServer } from './serve.ts';
import type { ExampleSettings } from './settings.ts';

const DEFAULT_PORT = 3000;

/** Serves an example until Ctrl-C and prints each activity when it is stored. */
export async function runExample(start: (settings: ExampleSettings) => Promise<RunningServer>, hint: string): Promise<void> {
  const server = await start({
    log: { store: memoryStore(), sinks: [printer] },
    port: Number(process.env['PORT'] ?? DEFAULT_PORT),
    secret: process.env['AUTH_SECRET'] ?? randomBytes(32).toString('hex'),
  });
  console.log(`${server.url}\n${hint.replaceAll('$URL', server.url)}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void server.close();
    });
  }
}

const printer: Sink = {
  name: 'print',
  write: (activities) => {
    for (const activity of activities) console.log(line(activity));
    return Promise.resolve();
  },
};

function line({ occurredAt, action, outcome, outcomeCode, actorKind, actorLabel, targetId, context }: Activity): string {
  const ending = outcomeCode === null ? outcome : `${outcome} (${outcomeCode})`;
  return [occurredAt.toISOString(), action, ending, actorLabel ?? actorKind, targetId ?? '-', context.ip, `session ${context.sessionId ?? '-'}`].join('  ');
}
