/** Logs, and ends in the way that is asked for, with everything still in the queue. */
import { auditLogs, closeOnExit } from '@deedlog/pino';
import { activity } from '../support/logs.ts';

const [directory = '', mode, worker] = process.argv.slice(2);
const logs = auditLogs({ directory, console: false, worker: worker === 'worker' });
closeOnExit(logs);
for (let index = 0; index < 2_000; index++) logs.sink.write([activity(`${index}`)]);
for (let index = 0; index < 500; index++) logs.logger.info(`line ${index}`);
switch (mode) {
  case 'exit':
    setImmediate(() => process.exit(3));
    break;
  case 'throw':
    setImmediate(() => {
      throw new Error('uncaught');
    });
    break;
  case 'signal':
    setInterval(() => undefined, 60_000);
    process.stdout.write('ready\n');
    break;
  default:
}
