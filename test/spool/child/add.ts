/** Adds activities for ever, several at a time, and prints the id of each once the spool has it; a refusal is printed and ends it. */
import { writeSync } from 'node:fs';
import type { DeedlogError } from '@deedlog/core';
import { fileSpool } from '@deedlog/spool';
import { activity } from '../support.ts';

const [directory = '', size = '10', lanes = '4'] = process.argv.slice(2);
const spool = fileSpool(directory);
await Promise.all(Array.from({ length: Number(lanes) }, addForEver));

async function addForEver(): Promise<void> {
  for (;;) {
    const one = activity({ metadata: { text: 'x'.repeat(Number(size)) } });
    try {
      await spool.add([one]);
    } catch (error) {
      writeSync(1, `${(error as DeedlogError).code} ${((error as Error).cause as NodeJS.ErrnoException | undefined)?.code ?? ''}\n`);
      return;
    }
    // Not through a stream, which would lose at the kill what the spool had promised.
    writeSync(1, `${one.id}\n`);
  }
}
