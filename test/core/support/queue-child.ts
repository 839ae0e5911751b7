/** Gives a queue records and does nothing else. */
import { queuedSink } from '@deedlog/core';
import type { Activity } from '@deedlog/core';
import { appendFile } from 'node:fs/promises';
import { activities } from './sink-records.ts';

const [mode, file = ''] = process.argv.slice(2);
const slowly = async (records: readonly Activity[]): Promise<void> => appendFile(file, records.map(({ id }) => `${id}\n`).join(''));
const queue = queuedSink({ name: 'child', write: mode === 'slow' ? slowly : () => new Promise<void>(() => undefined) }, { batch: 3, closeTimeout: 50, onProblem: () => undefined });
queue.write(activities(0, 24));
if (mode === 'closing') {
  await queue.close();
  process.exitCode = queue.counters.dropped === 22 ? 7 : 1;
}
