/** Logs until its standard input ends, then once more. */
import { setTimeout } from 'node:timers/promises';
import { auditLogs } from '@deedlog/pino';

const [directory = '', mode] = process.argv.slice(2);
const logs = auditLogs({ directory, ...(mode === 'shown' ? { console: true } : {}), onProblem: ({ code }) => logs.logger.warn(code) });
let open = true;
process.stdin.on('end', () => (open = false)).resume();
while (open) {
  logs.logger.info('line');
  await setTimeout(1);
}
// What was written to a pipe that is gone is refused a turn later.
for (let index = 0; index < 20; index++) {
  logs.logger.info('line');
  await setTimeout(1);
}
logs.logger.info('last');
await logs.close();
