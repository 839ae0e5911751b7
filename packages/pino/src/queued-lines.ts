import { queuedSink } from '@deedlog/core';
import type { QueuedSink, QueuedSinkOptions, Sink } from '@deedlog/core';
import { lineSink } from './line-sink.ts';
import type { DescribeUser } from './lines/user-fields.ts';
import type { PinoLike } from './pino-like.ts';
import { ToldByEffects } from './told-by-effects.ts';
import { warn } from './warn.ts';

export interface QueuedLinesOptions {
  readonly user: DescribeUser | undefined;
  readonly queue: QueuedSinkOptions | undefined;
  /** What stands between the queue and the lines. Default: nothing. */
  readonly through?: (lines: Sink) => Sink;
}

/** The sink behind its queue. Effects are looked at before they wait in it: the lines of their activities depend on them. */
export function queuedLines(logger: PinoLike, { user, queue, through = (lines) => lines }: QueuedLinesOptions): QueuedSink {
  const told = new ToldByEffects();
  const queued = queuedSink(through(lineSink(logger, { user, told, report: queue?.onProblem ?? warn })), queue);
  return {
    ...queued,
    // An accessor: to spread it is to read it once.
    get counters() {
      return queued.counters;
    },
    writeEffects(effects) {
      told.note(effects);
      queued.writeEffects?.(effects);
    },
  };
}
