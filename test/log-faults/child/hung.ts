/** Logs into a directory whose `audit.log` hangs, and keeps running. Tells each problem on stdout, and that it is ready. */
import { auditLogs, closeOnExit } from '@deedlog/pino';
import { writeSync } from 'node:fs';
import { activity } from '../../pino/support/logs.ts';

const logs = auditLogs({
  directory: process.argv[2] ?? '',
  console: false,
  worker: true,
  onProblem: ({ code, cause }) => void writeSync(1, `${code} ${cause instanceof Error ? cause.message : ''}\n`),
});
closeOnExit(logs);
for (let index = 0; index < 1_000; index++) logs.sink.write([activity(`${index}`)]);
setInterval(() => undefined, 60_000);
writeSync(1, 'ready\n');
