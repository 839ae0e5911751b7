/** Writes records to a pipe until nobody reads it, then twice more; tells on stderr why these were refused. */
import { pinoOptions, pinoSink } from '@deedlog/pino';
import { pino } from 'pino';
import { sampleActivity } from '../../contract/sample-activity.ts';

const sink = pinoSink(pino(pinoOptions(), pino.destination({ dest: 1, sync: process.argv[2] === 'true' })), { queue: false });
const reasons: string[] = [];
while (reasons.length < 2) {
  try {
    await sink.write([sampleActivity()]);
  } catch (error) {
    reasons.push((error as { readonly code: string }).code);
  }
}
process.stderr.write(reasons.join(' '));
