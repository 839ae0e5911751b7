/** Drains, and prints each id that was written; each batch takes a moment, so that it can be killed between two. */
import { writeSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileSpool } from '@deedlog/spool';

const spool = fileSpool(process.argv[2] ?? '');
await spool.drain(async (batch) => {
  await setTimeout(5);
  writeSync(1, batch.map(({ id }) => `${id}\n`).join(''));
});
