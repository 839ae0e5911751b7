/**
 * Writes activities and application lines for ever, or until its standard input ends, as fast as the queue takes them. Prints
 * how many records the sink has acknowledged, which come in their order; activities count from 0.
 */
import { writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { auditLogs } from '@deedlog/pino';
import { activity } from '../../pino/support/logs.ts';

const [directory = '', run = '', worker] = process.argv.slice(2);
/** Activities of one turn; fewer wait than the queue takes, so that none is dropped. */
const BURST = 20;
const logs = auditLogs({ directory, console: false, worker: worker === 'worker', onProblem: () => undefined });
let open = true;
process.stdin.on('end', () => (open = false)).resume();
let number = 0;
let told = -1;
while (open) {
  if (logs.counters.queue.waiting < 5_000) {
    for (let index = 0; index < BURST; index++) logs.sink.write([activity(`${run}-${number++}`)]);
    logs.logger.info(`${run}-${number}`);
  }
  await setImmediate();
  tell(logs.counters.queue.written);
}
await logs.close();
const { queue, files } = logs.counters;
process.stdout.write(`${JSON.stringify({ number, queue, files })}\n`);

/** At once, for a stream would lose at a kill what the sink had acknowledged. Where the pipe is full the next number tells as much. */
function tell(count: number): void {
  if (count === told) return;
  try {
    writeSync(1, `${count}\n`);
    told = count;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
  }
}
