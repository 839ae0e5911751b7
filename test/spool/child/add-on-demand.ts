/** Adds one activity at the start and one whenever it gets SIGUSR2; prints the id of each once the spool has it. */
import { writeSync } from 'node:fs';
import { fileSpool } from '@deedlog/spool';
import { activity } from '../support.ts';

const spool = fileSpool(process.argv[2] ?? '');
process.on('SIGUSR2', () => void addOne());
setInterval(() => undefined, 1_000_000);
await addOne();

async function addOne(): Promise<void> {
  const one = activity();
  await spool.add([one]);
  writeSync(1, `${one.id}\n`);
}
