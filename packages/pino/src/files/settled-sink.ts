import type { Sink } from '@deedlog/core';
import { pinoError } from '../errors.ts';
import type { LineOutput } from './line-output.ts';
import type { Router } from './router.ts';

/** A sink whose lines go through the router: it has taken records once the operating system has their lines, and refused them where lines were lost. */
export function settledSink(sink: Sink, router: Router, output: LineOutput): Sink {
  const lost = (): number => output.counts.audit.lost + output.counts.api.lost;
  const settled = async (write: () => unknown): Promise<void> => {
    const before = lost();
    await write();
    await output.settled();
    if (lost() > before) throw pinoError('LOG_FILE_FAILED', `${lost() - before} lines of records`);
  };
  return {
    name: sink.name,
    write: (activities) => settled(() => sink.write(activities)),
    writeEffects: (effects) => settled(() => sink.writeEffects?.(effects)),
    writeRequests: (requests) => settled(() => sink.writeRequests?.(requests)),
    // Among the records that it is about, whatever the level of the line is.
    noteLoss: (loss) => settled(() => router.as('audit', () => sink.noteLoss?.(loss))),
    flushSync: () => output.flushSync(),
  };
}
